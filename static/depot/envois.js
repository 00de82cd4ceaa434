// Envoyer un fichier, et reprendre après une coupure : la clé de l'envoi dit au portail que c'est le même.

const ESSAIS = 8;
const ATTENTE_MAX = 30;

class Coupure extends Error {}
export class Annulation extends Error {}

// Tiré au hasard partout, même là où randomUUID manque (adresse sans chiffrement).
export function nouvelleCle() {
  const octets = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

function poster(adresse, champs, signal, avancer) {
  return new Promise((tenir, rompre) => {
    const requete = new XMLHttpRequest();
    requete.open("POST", adresse);
    // Le portail répond alors par quelques mots, non par une page.
    requete.setRequestHeader("Accept", "application/json");
    requete.upload.addEventListener("progress", ({ loaded, total }) => avancer(loaded, total));
    requete.addEventListener("load", () => tenir(requete));
    requete.addEventListener("error", () => rompre(new Coupure()));
    requete.addEventListener("abort", () => rompre(new Annulation()));
    signal.addEventListener("abort", () => requete.abort());
    requete.send(champs);
  });
}

// Ce que le portail a déjà reçu sous cette clé, ou null ; lève Coupure si rien ne répond.
async function dejaRecu(adresse, signal) {
  try {
    const reponse = await fetch(adresse, { headers: { Accept: "application/json" }, signal });
    return reponse.ok ? await reponse.json() : null;
  } catch {
    if (signal.aborted) throw new Annulation();
    throw new Coupure();
  }
}

function patienter(secondes, signal, dire) {
  return new Promise((tenir, rompre) => {
    const echeance = Date.now() + 1000 * secondes;
    const finir = () => {
      clearInterval(horloge);
      window.removeEventListener("online", finir);
      signal.removeEventListener("abort", annuler);
      tenir();
    };
    const annuler = () => {
      clearInterval(horloge);
      window.removeEventListener("online", finir);
      rompre(new Annulation());
    };
    const regarder = () => {
      const reste = Math.ceil((echeance - Date.now()) / 1000);
      if (reste > 0) dire(reste);
      else finir();
    };
    const horloge = setInterval(regarder, 1000);
    window.addEventListener("online", finir);
    signal.addEventListener("abort", annuler);
    regarder();
  });
}

// Rend { recu }, { attente } (un classeur à confirmer) ou { phrase, corrections } ; lève Annulation, ou rend { coupe: true } quand les essais sont épuisés.
export async function envoyer({ adresse, adresseDeLaCle, champs, signal, avancer, dire }) {
  for (let essai = 0; essai < ESSAIS; essai++) {
    try {
      if (essai) {
        const recu = await dejaRecu(adresseDeLaCle, signal);
        if (recu) return { recu };
      }
      return comprendre(await poster(adresse, champs, signal, avancer), adresse);
    } catch (erreur) {
      if (!(erreur instanceof Coupure)) throw erreur;
      await patienter(Math.min(2 ** (essai + 1), ATTENTE_MAX), signal, dire);
    }
  }
  return { coupe: true };
}

function comprendre(requete, adresse) {
  if (new URL(requete.responseURL).pathname !== new URL(adresse, location.href).pathname) {
    return { phrase: "Votre session s'est fermée. Connectez-vous à nouveau, puis redéposez ce fichier." };
  }
  try {
    const reponse = JSON.parse(requete.responseText);
    if (requete.status === 201) return { recu: reponse };
    if (requete.status === 202) return { attente: reponse };
    if (reponse.phrase) return reponse;
  } catch {
    // Une page, non une réponse : elle vient du mandataire ou d'une panne.
  }
  if (requete.status === 413) return { phrase: "Le fichier est trop lourd pour être reçu." };
  if (requete.status === 403) return { phrase: "Cette page a expiré. Rechargez-la, puis redéposez ce fichier." };
  return { phrase: "Le portail n'a pas pu recevoir ce fichier. Réessayez dans un instant." };
}
