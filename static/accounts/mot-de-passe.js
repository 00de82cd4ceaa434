// Liste de contrôle d'un mot de passe à choisir : le même verdict que accounts/validators.py, dit pendant la saisie.

const CLASSES = {
  majuscule: /\p{Lu}/u,
  minuscule: /\p{Ll}/u,
  chiffre: /\p{Nd}/u,
  special: /[^\p{L}\p{N}]/u,
};

export function verdict(motDePasse, { minimum, maximum, classes }) {
  const longueur = [...motDePasse].length;
  const regles = { longueur: longueur >= minimum && longueur <= maximum };
  for (const [nom, motif] of Object.entries(CLASSES)) regles[nom] = motif.test(motDePasse);
  regles.classes = Object.keys(CLASSES).filter((nom) => regles[nom]).length >= classes;
  return regles;
}

for (const liste of document.querySelectorAll(".regles-mot-de-passe")) {
  const champ = document.getElementById(liste.dataset.champ);
  const { minimum, maximum, classes } = liste.dataset;
  const bornes = { minimum: Number(minimum), maximum: Number(maximum), classes: Number(classes) };
  const bilan = document.createElement("p");
  bilan.className = "visually-hidden";
  bilan.setAttribute("role", "status");
  liste.append(bilan);
  champ.addEventListener("input", () => {
    const regles = verdict(champ.value, bornes);
    for (const ligne of liste.querySelectorAll("[data-regle]")) {
      ligne.classList.toggle("respectee", regles[ligne.dataset.regle]);
    }
    bilan.textContent = regles.longueur && regles.classes ? "Le mot de passe convient." : "";
  });
}
