// La nature d'un fichier d'après ses premiers octets : un classeur est quantitatif, un texte qualitatif. Le portail, lui, jugera.

const QUANTITATIF = "quantitatif";
const QUALITATIF = "qualitatif";
const CLASSEURS = /\.(xlsx|xls|ods)$/i;
const EXTRAIT = 1 << 16;

const latin = new TextDecoder("latin1");
const lire = async (fichier, debut, fin) => latin.decode(await fichier.slice(debut, fin).arrayBuffer());
// Les noms des flux d'un document Office 97 sont écrits sur deux octets par lettre.
const large = (mot) => [...mot].map((lettre) => `${lettre}\0`).join("");

export async function deviner(fichier) {
  const tete = await lire(fichier, 0, EXTRAIT);
  if (tete.slice(0, 1024).includes("%PDF-")) return QUALITATIF;
  if (tete.startsWith("PK")) {
    // Le sommaire d'une archive, qui nomme ses parties, est à la fin.
    const texte = tete + (await lire(fichier, Math.max(0, fichier.size - EXTRAIT), fichier.size));
    if (/opendocument\.spreadsheet|xl\/workbook/.test(texte)) return QUANTITATIF;
    if (/opendocument\.text|word\/document/.test(texte)) return QUALITATIF;
  }
  if (tete.startsWith("\xd0\xcf\x11\xe0")) {
    const texte = tete + (await lire(fichier, Math.max(0, fichier.size - EXTRAIT), fichier.size));
    if (texte.includes(large("WordDocument"))) return QUALITATIF;
    if (texte.includes(large("Workbook")) || texte.includes(large("Book"))) return QUANTITATIF;
  }
  return CLASSEURS.test(fichier.name) ? QUANTITATIF : QUALITATIF;
}
