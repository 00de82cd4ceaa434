// Dépôt de fichiers : glisser-déposer, liste des fichiers choisis, avancement. Sans ce script, le formulaire part tel quel.

const nombre = new Intl.NumberFormat("fr-FR", { maximumFractionDigits: 1 });
const enOctets = (taille) => (taille < 1e6 ? `${nombre.format(taille / 1e3)} Ko` : `${nombre.format(taille / 1e6)} Mo`);

function element(nom, attributs = {}, texte = "") {
  const cree = document.createElement(nom);
  Object.assign(cree, attributs);
  cree.textContent = texte;
  return cree;
}

function installer() {
  const formulaire = document.querySelector("#depot");
  if (!formulaire) return;
  const champ = formulaire.querySelector("input[type=file]");
  const zone = champ.closest(".zone-depot");
  const liste = element("ul", { className: "fichiers" });
  zone.after(liste);
  zone.querySelector("[data-invite]").hidden = false;

  champ.addEventListener("change", () => montrer(champ.files, liste, Number(formulaire.dataset.tailleMax)));
  glisser(zone, champ);
  formulaire.addEventListener("submit", (evenement) => {
    evenement.preventDefault();
    envoyer(formulaire);
  });
}

function montrer(fichiers, liste, tailleMax) {
  liste.replaceChildren(
    ...Array.from(fichiers, (fichier) => {
      const ligne = element("li");
      ligne.append(element("span", { className: "nom" }, fichier.name), element("span", {}, enOctets(fichier.size)));
      if (fichier.size > tailleMax) {
        const phrase = `Le fichier fait ${Math.ceil(fichier.size / 1e6)} Mo ; le maximum est ${tailleMax / 1e6} Mo.`;
        ligne.append(element("span", { className: "invalid-feedback d-block" }, phrase));
      }
      return ligne;
    }),
  );
}

function glisser(zone, champ) {
  for (const nom of ["dragenter", "dragover"]) {
    zone.addEventListener(nom, (evenement) => {
      evenement.preventDefault();
      zone.classList.add("survol");
    });
  }
  zone.addEventListener("dragleave", () => zone.classList.remove("survol"));
  zone.addEventListener("drop", (evenement) => {
    evenement.preventDefault();
    zone.classList.remove("survol");
    if (!evenement.dataTransfer.files.length) return;
    champ.files = evenement.dataTransfer.files;
    champ.dispatchEvent(new Event("change"));
  });
}

function envoyer(formulaire) {
  const bouton = formulaire.querySelector("[type=submit]");
  const barre = element("progress", { max: 100, value: 0 });
  const chiffres = element("span");
  const avancement = element("div", { className: "progression" });
  const annonce = element("p", { role: "status" }, "Envoi en cours…");
  barre.setAttribute("aria-label", "Avancement de l'envoi");
  avancement.append(barre, chiffres);
  formulaire.querySelector("[role=status]")?.remove();
  bouton.parentElement.before(annonce, avancement);
  bouton.disabled = true;

  const requete = new XMLHttpRequest();
  requete.open("POST", formulaire.action || location.href);
  // Le récépissé est alors nommé, non servi : la page y va elle-même.
  requete.setRequestHeader("Accept", "application/json");
  requete.upload.addEventListener("progress", ({ loaded, total }) => {
    barre.value = (100 * loaded) / total;
    chiffres.textContent = `${Math.floor(barre.value)} % – ${enOctets(loaded)} sur ${enOctets(total)}`;
  });
  requete.upload.addEventListener("load", () => {
    annonce.textContent = "Fichiers reçus, contrôle en cours…";
    barre.removeAttribute("value");
  });
  const interrompre = () => {
    annonce.textContent = "L'envoi s'est interrompu. Vérifiez votre connexion, puis déposez à nouveau.";
    annonce.className = "invalid-feedback d-block";
    avancement.remove();
    bouton.disabled = false;
  };
  requete.addEventListener("load", () => conclure(requete) || interrompre());
  requete.addEventListener("error", interrompre);
  requete.send(new FormData(formulaire));
}

// Vrai si la réponse est du portail : un récépissé où aller, ou la page et ses erreurs.
function conclure(requete) {
  if (new URL(requete.responseURL || location.href).pathname !== location.pathname) {
    // La session s'est fermée pendant l'envoi : la connexion est une page, non un morceau de celle-ci.
    location.assign(location.href);
    return true;
  }
  if (requete.status === 201) {
    location.assign(JSON.parse(requete.responseText).adresse);
    return true;
  }
  const page = new DOMParser().parseFromString(requete.responseText, "text/html");
  const contenu = page.querySelector("#contenu");
  if (!contenu) return false;
  document.title = page.title;
  document.querySelector("#contenu").replaceChildren(...contenu.childNodes);
  installer();
  const resume = document.querySelector("#contenu .resume-erreurs") ?? document.querySelector("#contenu");
  resume.focus();
  return true;
}

installer();
