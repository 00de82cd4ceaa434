// Liste de contrôle d'un mot de passe à choisir : le même verdict que accounts/validators.py, dit pendant la saisie.

const CLASSES = {
  majuscule: /\p{Lu}/u,
  minuscule: /\p{Ll}/u,
  chiffre: /\p{Nd}/u,
  special: /[^\p{L}\p{N}]/u,
};

// Minuscules sans accents ; tout ce qui n'est pas une lettre devient une espace.
const lettres = (texte) => texte.normalize("NFKD").replace(/\p{Mn}/gu, "").toLowerCase().replace(/[^\p{L}]/gu, " ");

export function motsDIdentite(textes) {
  return textes.flatMap((texte) => lettres(texte).split(" ")).filter((mot) => [...mot].length >= 4);
}

export function verdict(motDePasse, { minimum, maximum, classes, interdits }) {
  const longueur = [...motDePasse].length;
  const regles = { longueur: longueur >= minimum && longueur <= maximum };
  for (const [nom, motif] of Object.entries(CLASSES)) regles[nom] = motif.test(motDePasse);
  regles.classes = Object.keys(CLASSES).filter((nom) => regles[nom]).length >= classes;
  const aplati = lettres(motDePasse).replaceAll(" ", "");
  regles.identite = motDePasse !== "" && !interdits.some((mot) => aplati.includes(mot));
  return regles;
}

// Ce que le formulaire dit de la personne en même temps que son mot de passe.
function identiteSaisie(formulaire) {
  return ["nom", "prenom", "courriel", "structure"].map((nom) => formulaire.elements[nom]?.value ?? "");
}

for (const liste of document.querySelectorAll(".regles-mot-de-passe")) {
  const champ = document.getElementById(liste.dataset.champ);
  const { minimum, maximum, classes } = liste.dataset;
  const bornes = { minimum: Number(minimum), maximum: Number(maximum), classes: Number(classes) };
  const bilan = document.createElement("p");
  bilan.className = "visually-hidden";
  bilan.setAttribute("role", "status");
  liste.append(bilan);
  champ.form.addEventListener("input", () => {
    const interdits = [...liste.dataset.interdits.split(" ").filter(Boolean), ...motsDIdentite(identiteSaisie(champ.form))];
    const regles = verdict(champ.value, { ...bornes, interdits });
    for (const ligne of liste.querySelectorAll("[data-regle]")) {
      ligne.classList.toggle("respectee", regles[ligne.dataset.regle]);
    }
    bilan.textContent = regles.longueur && regles.classes && regles.identite ? "Le mot de passe convient." : "";
  });
}
