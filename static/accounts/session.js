// Prévient avant que la session ne se ferme, et garde la saisie d'une reconnexion à l'autre.
// L'échéance est commune à tous les onglets (localStorage) ; la saisie reste dans le sien (sessionStorage).

const AVERTIR = 120;
const ECHEANCE = "portail.session.echeance";
const SAISIE = "portail.session.saisie";
const dialogue = document.querySelector("[data-inactivite]");

function lireSaisie() {
  return JSON.parse(sessionStorage.getItem(SAISIE) ?? "null");
}

// --- L'échéance ---

const ouverture = Date.now();
const dureeRestante = () => dialogue.dataset.duree - (Date.now() - ouverture) / 1000;
const prolongeable = () => dureeRestante() > dialogue.dataset.inactivite;

function repousser() {
  const reste = Math.min(dialogue.dataset.inactivite, dureeRestante());
  localStorage.setItem(ECHEANCE, Date.now() + reste * 1000);
}

function enMots(secondes) {
  if (secondes > 90) return "dans 2 minutes";
  if (secondes > 60) return "dans une minute et demie";
  if (secondes > 30) return "dans une minute";
  if (secondes > 0) return "dans 30 secondes";
  return "maintenant";
}

let ecarte = false;

function surveiller() {
  const { inactivite, marge } = dialogue.dataset;
  const reste = (Number(localStorage.getItem(ECHEANCE)) - Date.now()) / 1000;
  if (reste > Math.min(AVERTIR, inactivite / 2)) {
    ecarte = false;
    dialogue.close();
  } else if (reste > -marge) {
    avertir(reste);
  } else {
    // Le serveur a fermé la session : la page rechargée mène à la connexion.
    location.reload();
  }
}

function avertir(reste) {
  for (const element of dialogue.querySelectorAll("[data-si-prolongeable]")) element.hidden = !prolongeable();
  if (!dialogue.open && !ecarte) dialogue.showModal();
  const delai = dialogue.querySelector("[role=status]");
  const mots = enMots(reste);
  if (delai.textContent !== mots) delai.textContent = mots;
}

async function rester(evenement) {
  evenement.preventDefault();
  const formulaire = evenement.target;
  const reponse = await fetch(formulaire.action, { method: "POST", body: new FormData(formulaire) });
  delete formulaire.dataset.envoye;
  // Une redirection ou un refus : la session est déjà fermée.
  if (reponse.status !== 204) location.reload();
  else repousser();
  surveiller();
}

// Échap vaut « Rester en session » ; au terme de la durée maximale, il ne fait qu'écarter l'avertissement.
function ecarter(evenement) {
  evenement.preventDefault();
  if (prolongeable()) {
    dialogue.querySelector("form").requestSubmit();
  } else {
    ecarte = true;
    dialogue.close();
  }
}

// --- La saisie ---

const formulaires = () => [...document.querySelectorAll("main form[method=post]")];
const IGNORES = ["password", "file", "hidden", "submit", "button"];
// Un mot de passe que l'on affiche devient un champ de texte : son enveloppe le trahit.
const gardable = (champ) => champ.name && !IGNORES.includes(champ.type) && !champ.closest(".mot-de-passe");
const ici = () => location.pathname + location.search;

function garder() {
  const champs = formulaires().map((formulaire) =>
    [...formulaire.elements]
      .filter(gardable)
      .map(({ name, type, value, checked }) => ({ name, value, coche: ["checkbox", "radio"].includes(type) ? checked : null })),
  );
  // Redonner son mot de passe en chemin n'efface pas la saisie qu'on va retrouver.
  if (!champs.flat().length) return;
  sessionStorage.setItem(SAISIE, JSON.stringify({ personne: dialogue.dataset.personne, page: ici(), champs }));
}

function remettre({ champs }) {
  formulaires().forEach((formulaire, rang) => {
    const presents = [...formulaire.elements].filter(gardable);
    for (const { name, value, coche } of champs[rang] ?? []) {
      const memes = presents.filter((champ) => champ.name === name);
      const champ = coche === null ? memes[0] : memes.find((autre) => autre.value === value);
      if (!champ) continue;
      if (coche === null) champ.value = value;
      else champ.checked = coche;
      champ.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
  const avis = document.createElement("p");
  avis.className = "avis avis-success";
  avis.setAttribute("role", "status");
  document.querySelector(".corps").prepend(avis);
  avis.textContent = "Ce que vous aviez saisi est revenu. Redonnez les mots de passe et les fichiers, qui ne se gardent pas.";
}

function reprendre() {
  const saisie = lireSaisie();
  if (!saisie) return;
  const sienne = saisie.personne === dialogue.dataset.personne;
  if (sienne && saisie.interrompue && saisie.page !== ici()) return;
  sessionStorage.removeItem(SAISIE);
  if (sienne && saisie.interrompue) remettre(saisie);
}

if (dialogue) {
  repousser();
  reprendre();
  document.addEventListener("input", (evenement) => {
    if (evenement.target.closest("main form[method=post]")) garder();
  });
  document.addEventListener("submit", (evenement) => {
    if (evenement.target.matches("form[action$='/deconnexion/']")) sessionStorage.removeItem(SAISIE);
  });
  document.addEventListener("htmx:afterRequest", (evenement) => {
    if (evenement.detail.successful) repousser();
  });
  dialogue.querySelector("form").addEventListener("submit", rester);
  dialogue.addEventListener("cancel", ecarter);
  setInterval(surveiller, 1000);
} else {
  // Une page d'avant la connexion : la session s'est fermée avant que la saisie ne soit envoyée.
  const saisie = lireSaisie();
  if (saisie) sessionStorage.setItem(SAISIE, JSON.stringify({ ...saisie, interrompue: true }));
}
