// Agréments de toutes les pages. Sans ce script, rien ne manque : les champs et les menus sont ceux du HTML.

// Un second clic sur « Envoyer » n'envoie pas deux fois ; le bouton revient si la page reste (téléchargement).
document.addEventListener("submit", (evenement) => {
  const formulaire = evenement.target;
  if (formulaire.dataset.envoye) {
    evenement.preventDefault();
    return;
  }
  formulaire.dataset.envoye = "oui";
  setTimeout(() => delete formulaire.dataset.envoye, 4000);
});
addEventListener("pageshow", () => {
  for (const formulaire of document.forms) delete formulaire.dataset.envoye;
});

// Le menu du compte se ferme par Échap ou par un clic ailleurs.
const menu = document.querySelector(".menu-compte");
if (menu) {
  document.addEventListener("click", (evenement) => {
    if (!menu.contains(evenement.target)) menu.open = false;
  });
  document.addEventListener("keydown", (evenement) => {
    if (evenement.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

// « Afficher » et « Masquer » un mot de passe.
function afficherMotDePasse(champ) {
  const enveloppe = document.createElement("div");
  const bouton = document.createElement("button");
  enveloppe.className = "mot-de-passe";
  bouton.type = "button";
  const dire = () => {
    bouton.textContent = champ.type === "password" ? "Afficher" : "Masquer";
    bouton.setAttribute("aria-label", `${bouton.textContent} le mot de passe`);
  };
  bouton.addEventListener("click", () => {
    champ.type = champ.type === "password" ? "text" : "password";
    dire();
  });
  dire();
  champ.replaceWith(enveloppe);
  enveloppe.append(champ, bouton);
  champ.form?.addEventListener("submit", () => {
    champ.type = "password";
  });
}

// Compteur d'un texte long : <textarea data-compteur maxlength="2000">.
function compter(champ) {
  const compteur = document.createElement("p");
  compteur.className = "compteur";
  const dire = () => {
    compteur.textContent = `${champ.value.length}/${champ.maxLength}`;
  };
  champ.addEventListener("input", dire);
  dire();
  champ.after(compteur);
}

// htmx annonce aussi la page entière : un champ déjà agrémenté est laissé tel quel.
function agrementer(racine) {
  racine.querySelectorAll("input[type=password]:not(.mot-de-passe > *)").forEach(afficherMotDePasse);
  racine.querySelectorAll("textarea[data-compteur]:not(:has(+ .compteur))").forEach(compter);
}
agrementer(document);
document.addEventListener("htmx:load", (evenement) => agrementer(evenement.target));
