"""Ce qui passe du fichier à la table temporaire de l'import, et ce qui reste en route."""

from typing import Any

from structures.enums import AUTRE_ETABLISSEMENT, ESMS, ETABLISSEMENT_SANITAIRE, EtatStructure
from structures.finess.etablissement import Fiche, LigneRejetee, Lue
from structures.finess.lecture import FichierRefuse
from structures.finess.numeros import cle_juste, est_bien_forme, siret_juste
from structures.models import Categorie, Departement
from structures.mots import composer
from structures.services.tampon import REJETE, Tampon

# Ce que le compte rendu détaille ; au-delà, il ne donne que le nombre.
DETAIL_MAX = 500
_OUVERT, _FERME = EtatStructure.OUVERT.value, EtatStructure.FERME.value


class Depot:
    def __init__(self, tampon: Tampon) -> None:
        self.tampon = tampon
        self.lignes = self.rejetees = 0
        self.rejets: list[tuple[int, str]] = []
        self.cles_fausses: list[str] = []
        self.avertissements: list[str] = []
        self.vocabulaire: set[str] = set()
        self.categories_nouvelles: dict[str, Categorie] = {}
        self._categories = {c.code: f"{c.libelle} {c.libelle_court}" for c in Categorie.objects.all()}
        self._departements = {d.code: f"{d.nom} {d.code}" for d in Departement.objects.all()}
        if not self._departements:
            raise FichierRefuse("Les départements manquent : lancez d'abord « manage.py charger_references ».")

    def deposer(self, paquet: list[Lue]) -> None:
        """Des fiches dont le registre garde déjà l'empreinte, seul le repère est déposé : rien n'en est lu."""
        connues = self.tampon.empreintes([lue.fiche.numero for lue in paquet if lue.fiche])
        reperes: list[tuple[Any, ...]] = []
        nouvelles: list[tuple[Any, ...]] = []
        for lue in paquet:
            fiche, motif, contenu = lue.fiche, lue.motif, None
            if fiche and fiche.complete and not motif:
                empreinte = fiche.empreinte()
                if connues.get(fiche.numero) != empreinte:
                    contenu, motif = self._lire(lue, fiche)
            if motif:
                self._rejeter(lue.rang, motif)
            else:
                self.lignes += 1
            if fiche and (fiche.numero in connues or est_bien_forme(fiche.numero)):
                etat = _etat(fiche, motif)
                repere = (lue.rang, fiche.numero, etat, fiche.fermee_le, fiche.departement[:3], fiche.categorie[:4])
                if contenu:
                    nouvelles.append((*repere, *contenu, empreinte))
                else:
                    reperes.append(repere)
        self.tampon.reperer(reperes)
        self.tampon.deposer(nouvelles)

    def _lire(self, lue: Lue, fiche: Fiche) -> tuple[tuple[Any, ...] | None, str]:
        """Ce que dit la fiche, ou le motif de son rejet."""
        try:
            return self._contenu(lue, fiche), ""
        except LigneRejetee as rejet:
            return None, str(rejet)

    def ecarter_les_doublons(self) -> None:
        nombre, exemples = self.tampon.retirer_les_doublons(DETAIL_MAX)
        self.lignes -= nombre
        for ligne, numero, premiere in exemples:
            self._rejeter(ligne, f"le numéro {numero} est déjà à la ligne {premiere}")
        self.rejetees += nombre - len(exemples)
        self.rejets.sort()

    def _rejeter(self, rang: int, motif: str) -> None:
        self.rejetees += 1
        if len(self.rejets) < DETAIL_MAX:
            self.rejets.append((rang, motif))

    def _contenu(self, lue: Lue, fiche: Fiche) -> tuple[Any, ...]:
        """Les champs du registre et les mots de la recherche. Lève `LigneRejetee`."""
        numero, lu = fiche.numero, fiche.etablissement()
        if lu.departement not in self._departements:
            raise LigneRejetee(f"le département « {lu.departement[:10]} » est inconnu")
        if not cle_juste(numero):
            _ajouter(self.cles_fausses, numero)
        if lue.avertissement:
            _ajouter(self.avertissements, lue.avertissement)
        if lu.siret and not siret_juste(lu.siret):
            _ajouter(self.avertissements, f"{numero} : le SIRET {lu.siret} est faux")
        mots = composer(
            nom=lu.nom,
            ville=f"{lu.commune} {lu.code_postal}",
            reste=" ".join(
                [self._departements[lu.departement], self._libelles_de_categorie(fiche), lu.nom_long, lu.entite_nom]
            ),
        )
        self.vocabulaire.update(mots.split())
        return (*lu, mots)

    def _libelles_de_categorie(self, fiche: Fiche) -> str:
        code = fiche.categorie
        if code not in self._categories:
            libelle = fiche.libelle_categorie or f"Catégorie {code}"
            self.categories_nouvelles[code] = Categorie(
                code=code,
                libelle=libelle[:120],
                libelle_court=libelle[:60],
                type_id=_type_d_apres_l_agregat(fiche.agregat),
            )
            self._categories[code] = libelle
        return self._categories[code]


def _etat(fiche: Fiche, motif: str) -> str:
    if motif:
        # Mal décrit, l'établissement n'a pas pour autant quitté le registre.
        return REJETE
    return _FERME if fiche.ferme else _OUVERT


def _ajouter(exemples: list[str], texte: str) -> None:
    if len(exemples) < DETAIL_MAX:
        exemples.append(texte)


def _type_d_apres_l_agregat(agregat: str) -> str:
    """Type d'une catégorie que la nomenclature livrée ne connaît pas encore, d'après son agrégat (4106 : ESMS)."""
    return {"1": ETABLISSEMENT_SANITAIRE, "2": ETABLISSEMENT_SANITAIRE, "3": ETABLISSEMENT_SANITAIRE, "4": ESMS}.get(
        agregat[:1], AUTRE_ETABLISSEMENT
    )
