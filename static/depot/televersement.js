// « Nouveau » : chaque fichier a sa structure, sa nature, son avancement et sa réponse. Sans ce script, le formulaire part tel quel.

import { Annulation, envoyer, nouvelleCle } from "./envois.js";
import { deviner } from "./natures.js";

const nombre = new Intl.NumberFormat("fr-FR", { maximumFractionDigits: 1 });
const enOctets = (taille) => (taille < 1e6 ? `${nombre.format(taille / 1e3)} Ko` : `${nombre.format(taille / 1e6)} Mo`);
const NATURES = { quantitatif: "Quantitatif (Excel)", qualitatif: "Qualitatif (Word ou PDF)" };
const CHOISI = "choisi";
const EN_COURS = "en cours";
const RECU = "reçu";
const REFUSE = "refusé";
const A_CONFIRMER = "à confirmer";
const CORRECTIONS_DITES = 50;

function element(nom, attributs = {}, ...enfants) {
  const cree = document.createElement(nom);
  for (const [cle, valeur] of Object.entries(attributs)) {
    if (cle in cree) cree[cle] = valeur;
    else cree.setAttribute(cle, valeur);
  }
  cree.append(...enfants);
  return cree;
}

function icone(nom) {
  const modele = document.querySelector(`template[data-icone="${nom}"]`);
  return modele.content.firstElementChild.cloneNode(true);
}

class Ligne {
  constructor(page, fichier) {
    this.page = page;
    this.fichier = fichier;
    this.cle = nouvelleCle();
    this.etat = CHOISI;
    this.numero = Ligne.suivante++;
    this.structureChoisie = false;
    this.dessiner();
    deviner(fichier).then((nature) => {
      if (!this.natureChoisie) this.nature.value = nature;
      this.signe.replaceChildren(icone(nature));
    });
  }

  dessiner() {
    const { name, size } = this.fichier;
    this.nature = this.liste("Nature", Object.entries(NATURES));
    this.nature.addEventListener("change", () => {
      this.natureChoisie = true;
      this.rouvrir();
    });
    this.structure = this.page.structure.cloneNode(true);
    this.structure.removeAttribute("name");
    this.structure.removeAttribute("required");
    this.structure.removeAttribute("aria-describedby");
    this.structure.className = "form-select form-select-sm";
    this.structure.id = `structure-${this.numero}`;
    this.structure.value = this.page.structure.value;
    this.structure.addEventListener("change", () => {
      this.structureChoisie = true;
      this.oublierLeManque();
      this.rouvrir();
    });
    this.signe = element("span", { className: "signe" }, icone("qualitatif"));
    this.barre = element("progress", { max: 100, value: 0, "aria-label": `Envoi de ${name}` });
    this.chiffres = element("span");
    this.avancement = element("div", { className: "progression", hidden: true }, this.barre, this.chiffres);
    this.phrase = element("p", { className: "reponse" });
    this.geste = element("button", { type: "button", className: "btn btn-link btn-sm" });
    this.geste.addEventListener("click", () => this.agir());
    // Une fois le fichier reçu, il n'y a plus rien à choisir.
    this.choix = element(
      "div",
      { className: "choix" },
      ...(this.page.plusieurs ? [this.etiquete("Structure", this.structure)] : []),
      this.etiquete("Nature", this.nature),
    );
    const nom = element("span", { className: "nom" }, name, element("span", { className: "secondaire petit" }, enOctets(size)));
    this.element = element("li", { className: "envoi" }, this.signe, nom, this.geste, this.choix, this.avancement, this.phrase);
    this.nommerLeGeste("Retirer");
    const { tailleMax } = this.page;
    if (size > tailleMax) {
      this.refuser(`Le fichier fait ${Math.ceil(size / 1e6)} Mo ; le maximum est ${tailleMax / 1e6} Mo.`);
    }
  }

  liste(nom, choix) {
    const options = choix.map(([valeur, texte]) => element("option", { value: valeur }, texte));
    return element("select", { className: "form-select form-select-sm", id: `${nom.toLowerCase()}-${this.numero}` }, ...options);
  }

  etiquete(nom, champ) {
    const cache = element("span", { className: "visually-hidden" }, ` de ${this.fichier.name}`);
    return element("div", {}, element("label", { htmlFor: champ.id }, nom, cache), champ);
  }

  nommerLeGeste(nom) {
    this.geste.hidden = !nom;
    this.geste.replaceChildren(nom, element("span", { className: "visually-hidden" }, ` ${this.fichier.name}`));
    this.nomDuGeste = nom;
  }

  agir() {
    if (this.nomDuGeste === "Annuler") this.arret.abort();
    else if (this.nomDuGeste === "Réessayer") this.page.envoyer([this]);
    else this.page.retirer(this);
  }

  dire(texte, classe = "secondaire") {
    this.phrase.className = `reponse ${classe}`;
    this.phrase.replaceChildren(texte);
  }

  refuser(texte, corrections = []) {
    this.etat = REFUSE;
    this.avancement.hidden = true;
    this.dire(texte, "invalid-feedback d-block");
    if (corrections.length) this.phrase.after(this.lister(corrections));
    this.nommerLeGeste("Retirer");
  }

  // Les cellules à corriger d'un classeur, sous sa phrase.
  lister(corrections) {
    const dites = corrections.slice(0, CORRECTIONS_DITES);
    const reste = corrections.length - dites.length;
    if (reste) dites.push(`Et ${reste} autre${reste > 1 ? "s" : ""}.`);
    return element("ul", { className: "corrections" }, ...dites.map((texte) => element("li", {}, texte)));
  }

  get sansStructure() {
    return this.page.plusieurs && !this.structure.value;
  }

  oublierLeManque() {
    if (this.sansStructure || !this.structure.hasAttribute("aria-invalid")) return;
    this.structure.removeAttribute("aria-invalid");
    this.dire("");
  }

  // Refusé pour sa case : la personne la change, et le fichier est de nouveau à déposer.
  rouvrir() {
    if (this.etat !== REFUSE || this.fichier.size > this.page.tailleMax) return;
    this.etat = CHOISI;
    this.dire("");
    this.page.compter();
  }

  async envoyer(champs, adresse, adresseDeLaCle) {
    if (this.sansStructure) {
      this.dire("Choisissez la structure de ce fichier.", "invalid-feedback d-block");
      this.structure.setAttribute("aria-invalid", "true");
      return;
    }
    this.etat = EN_COURS;
    this.arret = new AbortController();
    this.figer(true);
    this.nommerLeGeste("Annuler");
    this.avancer(0, this.fichier.size);
    try {
      this.conclure(
        await envoyer({
          adresse,
          adresseDeLaCle,
          champs: this.remplir(champs),
          signal: this.arret.signal,
          avancer: (parti, total) => this.avancer(parti, total),
          dire: (secondes) => this.dire(`Connexion coupée : nouvel essai dans ${secondes} s. Rien n'est perdu.`, "texte-attention"),
        }),
      );
    } catch (erreur) {
      if (!(erreur instanceof Annulation)) throw erreur;
      this.etat = CHOISI;
      this.cle = nouvelleCle();
      this.avancement.hidden = true;
      this.figer(false);
      this.dire("Envoi annulé.");
      this.nommerLeGeste("Retirer");
    }
  }

  remplir(champs) {
    champs.set("structure", this.structure.value);
    champs.set("nature", this.nature.value);
    champs.set("cle", this.cle);
    champs.set("fichiers", this.fichier, this.fichier.name);
    return champs;
  }

  avancer(parti, total) {
    this.avancement.hidden = false;
    const part = total ? Math.floor((100 * parti) / total) : 100;
    if (part < 100) {
      this.barre.value = part;
      this.dire("Envoi en cours…");
    } else {
      this.barre.removeAttribute("value");
      this.dire("Fichier arrivé, contrôle en cours…");
    }
    this.chiffres.textContent = `${part} % – ${enOctets(parti)} sur ${enOctets(total)}`;
  }

  conclure({ recu, attente, phrase, corrections, coupe }) {
    this.avancement.hidden = true;
    if (recu) {
      this.etat = RECU;
      this.recu = recu;
      this.choix.hidden = true;
      this.dire(element("a", { href: recu.adresse }, `Reçu : récépissé ${recu.reference}`));
      this.nommerLeGeste("");
      return;
    }
    if (attente) {
      this.etat = A_CONFIRMER;
      this.attente = attente;
      this.dire(element("a", { href: attente.adresse }, attente.phrase), "texte-attention");
      this.nommerLeGeste("");
      return;
    }
    this.figer(false);
    if (coupe) {
      this.etat = CHOISI;
      this.dire("La connexion ne revient pas. Vérifiez-la, puis réessayez : rien n'est perdu.", "invalid-feedback d-block");
      this.nommerLeGeste("Réessayer");
    } else {
      this.cle = nouvelleCle();
      this.refuser(phrase, corrections);
    }
  }

  figer(oui) {
    this.nature.disabled = this.structure.disabled = oui;
  }
}
Ligne.suivante = 1;

class Page {
  constructor(formulaire) {
    this.formulaire = formulaire;
    this.tailleMax = Number(formulaire.dataset.tailleMax);
    this.champ = formulaire.querySelector("input[type=file]");
    this.structure = formulaire.elements.structure;
    this.plusieurs = [...this.structure.options].filter((option) => option.value).length > 1;
    this.bouton = formulaire.querySelector("[type=submit]");
    this.lignes = [];
    this.enCours = false;
    this.zone = this.champ.closest(".zone-depot");
    this.liste = element("ul", { className: "fichiers envois" });
    this.annonce = element("p", { role: "status", className: "annonce" });
    this.installer();
  }

  installer() {
    this.zone.after(this.annonce, this.liste);
    this.zone.querySelector("[data-invite]").hidden = false;
    // La nature se choisit alors fichier par fichier.
    this.formulaire.querySelector("[data-sans-script]").hidden = true;
    this.champ.addEventListener("change", () => {
      this.ajouter(this.champ.files);
      this.champ.value = "";
    });
    this.structure.addEventListener("change", () => {
      for (const ligne of this.lignes) {
        if (ligne.etat !== CHOISI || ligne.structureChoisie) continue;
        ligne.structure.value = this.structure.value;
        ligne.oublierLeManque();
      }
    });
    this.formulaire.addEventListener("submit", (evenement) => {
      evenement.preventDefault();
      delete this.formulaire.dataset.envoye;
      this.envoyer(this.lignes.filter((ligne) => ligne.etat === CHOISI));
    });
    window.addEventListener("beforeunload", (evenement) => {
      if (this.enCours) evenement.preventDefault();
    });
    this.glisser();
    this.ajouter(this.champ.files);
    this.champ.value = "";
  }

  glisser() {
    for (const nom of ["dragenter", "dragover"]) {
      this.zone.addEventListener(nom, (evenement) => {
        evenement.preventDefault();
        this.zone.classList.add("survol");
      });
    }
    this.zone.addEventListener("dragleave", () => this.zone.classList.remove("survol"));
    this.zone.addEventListener("drop", (evenement) => {
      evenement.preventDefault();
      this.zone.classList.remove("survol");
      this.ajouter(evenement.dataTransfer.files);
    });
  }

  ajouter(fichiers) {
    const nouvelles = Array.from(fichiers, (fichier) => new Ligne(this, fichier));
    if (!nouvelles.length) return;
    this.lignes.push(...nouvelles);
    this.liste.append(...nouvelles.map((ligne) => ligne.element));
    this.compter();
  }

  retirer(ligne) {
    const rang = this.lignes.indexOf(ligne);
    this.lignes.splice(rang, 1);
    ligne.element.remove();
    (this.lignes[Math.min(rang, this.lignes.length - 1)]?.geste ?? this.champ).focus();
    this.compter();
  }

  compter() {
    const prets = this.lignes.filter((ligne) => ligne.etat === CHOISI).length;
    this.annonce.textContent = prets ? `${prets} fichier${prets > 1 ? "s" : ""} à déposer.` : "";
  }

  async envoyer(lignes) {
    if (this.enCours) return;
    if (!lignes.length) {
      this.annonce.textContent = "Choisissez au moins un fichier à déposer.";
      this.champ.focus();
      return;
    }
    this.enCours = this.bouton.disabled = true;
    for (const ligne of lignes) {
      const { adresse, cles } = this.formulaire.dataset;
      if (this.lignes.includes(ligne)) await ligne.envoyer(this.champs(), adresse, cles.replace("CLE", ligne.cle));
    }
    this.enCours = this.bouton.disabled = false;
    this.conclure();
    lignes.find((ligne) => ligne.sansStructure)?.structure.focus();
  }

  champs() {
    const champs = new FormData();
    for (const nom of ["csrfmiddlewaretoken", "campagne"]) champs.set(nom, this.formulaire.elements[nom].value);
    return champs;
  }

  conclure() {
    const recus = this.lignes.filter((ligne) => ligne.etat === RECU);
    const [attente] = this.lignes.filter((ligne) => ligne.etat === A_CONFIRMER);
    if (attente && this.lignes.every((ligne) => ligne.etat === RECU || ligne.etat === A_CONFIRMER)) {
      location.assign(attente.attente.adresse);
      return;
    }
    if (!recus.length) return this.compter();
    const references = new URLSearchParams(recus.map((ligne) => ["ref", ligne.recu.reference]));
    const adresse = `${this.formulaire.dataset.recepisses}?${references}`;
    if (recus.length === this.lignes.length) {
      location.assign(adresse);
      return;
    }
    const lien = element("a", { className: "btn btn-outline-primary btn-sm", href: adresse }, "Voir les récépissés");
    const reste = this.lignes.length - recus.length;
    this.annonce.replaceChildren(
      `${recus.length} fichier${recus.length > 1 ? "s reçus" : " reçu"}, ${reste} à revoir. `,
      lien,
    );
    this.lignes.find((ligne) => ligne.etat !== RECU && ligne.etat !== A_CONFIRMER)?.geste.focus();
  }
}

const formulaire = document.querySelector("#depot");
if (formulaire) new Page(formulaire);
