// Clés d'accès : demande un défi au portail, le fait signer par l'appareil, rend la signature, suit la réponse.

const enOctets = (texte) =>
  Uint8Array.from(atob(texte.replaceAll("-", "+").replaceAll("_", "/")), (signe) => signe.charCodeAt(0));
const enTexte = (octets) =>
  btoa(String.fromCharCode(...new Uint8Array(octets)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const avecOctets = (cles) => cles?.map((cle) => ({ ...cle, id: enOctets(cle.id) }));

async function envoyer(adresse, jeton, corps = {}) {
  const reponse = await fetch(adresse, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": jeton },
    body: JSON.stringify(corps),
  });
  if (!reponse.headers.get("Content-Type")?.startsWith("application/json")) {
    throw new Error("Cette page est restée ouverte trop longtemps : rechargez-la, puis réessayez.");
  }
  const donnees = await reponse.json();
  if (donnees.refus) throw new Error(donnees.refus);
  return donnees;
}

function rendre(cle) {
  const reponse = { clientDataJSON: enTexte(cle.response.clientDataJSON) };
  for (const champ of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (cle.response[champ]) reponse[champ] = enTexte(cle.response[champ]);
  }
  if (cle.response.getTransports) reponse.transports = cle.response.getTransports();
  return {
    id: cle.id,
    rawId: enTexte(cle.rawId),
    type: cle.type,
    response: reponse,
    authenticatorAttachment: cle.authenticatorAttachment,
    clientExtensionResults: cle.getClientExtensionResults(),
  };
}

const gestes = {
  inscrire: (options) =>
    navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: enOctets(options.challenge),
        user: { ...options.user, id: enOctets(options.user.id) },
        excludeCredentials: avecOctets(options.excludeCredentials),
      },
    }),
  verifier: (options) =>
    navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: enOctets(options.challenge),
        allowCredentials: avecOctets(options.allowCredentials),
      },
    }),
};

for (const formulaire of document.querySelectorAll("form[data-cle]")) {
  if (!window.PublicKeyCredential) break;
  const bouton = formulaire.querySelector("button");
  const refus = formulaire.querySelector("[data-refus]");
  const jeton = formulaire.querySelector("[name=csrfmiddlewaretoken]").value;
  formulaire.hidden = false;
  formulaire.parentElement.querySelector("[data-sans-cle]").hidden = true;
  formulaire.addEventListener("submit", async (evenement) => {
    evenement.preventDefault();
    refus.textContent = "";
    bouton.disabled = true;
    try {
      const cle = await gestes[formulaire.dataset.cle](await envoyer(formulaire.dataset.defi, jeton));
      location.assign((await envoyer(formulaire.dataset.reponse, jeton, rendre(cle))).suite);
    } catch (erreur) {
      refus.textContent =
        erreur instanceof DOMException
          ? "La clé d'accès n'a pas répondu, ou vous avez annulé. Réessayez, ou choisissez un autre moyen."
          : erreur.message;
      bouton.disabled = false;
    }
  });
}
