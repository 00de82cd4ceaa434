// Vérifier un dépôt par son fichier : l'empreinte se calcule ici, et seule part au portail. Sans ce script, on la colle.

const section = document.querySelector("#par-fichier");
const formulaire = document.querySelector("#verification");
const champ = section.querySelector("input[type=file]");
const zone = section.querySelector(".zone-depot");
const annonce = section.querySelector("[data-annonce]");

const hexadecimal = (octets) => Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");

async function verifier(fichier) {
  annonce.textContent = `Calcul de l'empreinte de « ${fichier.name} »…`;
  try {
    const empreinte = await crypto.subtle.digest("SHA-256", await fichier.arrayBuffer());
    formulaire.elements.q.value = hexadecimal(new Uint8Array(empreinte));
    formulaire.requestSubmit();
  } catch {
    annonce.textContent = "Ce fichier n'a pas pu être lu. Choisissez-le à nouveau.";
  }
}

function glisser() {
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
    if (evenement.dataTransfer.files.length) verifier(evenement.dataTransfer.files[0]);
  });
}

// Une page servie sans chiffrement n'a pas SubtleCrypto : il reste à coller l'empreinte.
if (globalThis.crypto?.subtle) {
  section.hidden = false;
  champ.addEventListener("change", () => champ.files.length && verifier(champ.files[0]));
  glisser();
}
