"""Ce qui passe du fichier à la table temporaire de l'import, et ce qui reste en route."""

from collections.abc import Iterable, Iterator
from typing import Any

from structures.enums import AUTRE_ETABLISSEMENT, ESMS, ETABLISSEMENT_SANITAIRE, EtatStructure
from structures.finess import classique
from structures.finess.etablissement import Etablissement, Lue
from structures.finess.lecture import Examen, FichierRefuse, Format
from structures.finess.numeros import cle_juste, siret_juste
from structures.models import Categorie, Departement
from structures.mots import composer
from structures.services.tampon import REJETE, Tampon

# Ce que le compte rendu détaille ; au-delà, il ne donne que le nombre.
DETAIL_MAX = 500
_OUVERT, _FERME = EtatStructure.OUVERT.value, EtatStructure.FERME.value


class Preparation:
    """Met en forme les lignes lues, les dépose, et retient ce que le compte rendu en dira."""

    def __init__(self, tampon: Tampon) -> None:
        self.tampon = tampon
        self.rang = self.lignes = self.rejetees = 0
        self.rejets: list[tuple[int, str]] = []
        self.cles_fausses: list[str] = []
        self.avertissements: list[str] = []
        self.vocabulaire: set[str] = set()
        self.categories_nouvelles: dict[str, Categorie] = {}
        self._categories = {c.code: f"{c.libelle} {c.libelle_court}" for c in Categorie.objects.all()}
        self._departements = {d.code: f"{d.nom} {d.code}" for d in Departement.objects.all()}
        if not self._departements:
            raise FichierRefuse("Les départements manquent : lancez d'abord « manage.py charger_references ».")

    def deposer_les_connues(self, examen: Examen) -> bytes:
        """Dépose, sans les lire, les lignes que le registre garde telles quelles ; rend leurs rangs, marqués d'un 1.

        FINESS+ ne se lit pas par lignes : rien n'y est passé d'avance.
        """
        if examen.format is Format.PLUS or self.tampon.registre_vide:
            return b""
        connues = bytearray(examen.lignes + 2)

        def reperes() -> Iterator[tuple[int, str, str, str]]:
            for rang, numero, empreinte in classique.empreintes(examen):
                connues[rang] = 1
                yield rang, numero, _OUVERT, empreinte

        self.tampon.reperer(reperes())
        for rang in self.tampon.retirer_les_inconnues():
            connues[rang] = 0
        self.lignes = sum(connues)
        return bytes(connues)

    def deposer(self, lues: Iterable[Lue]) -> bool:
        """Faux quand il n'y a plus rien à déposer ; `rang` dit où l'on en est."""
        avant = self.rang
        self.tampon.deposer(filter(None, map(self._rangee, lues)))
        return self.rang > avant

    def _rangee(self, lue: Lue) -> tuple[Any, ...] | None:
        """La ligne de la table temporaire, ou rien si l'on ne sait de quel établissement il s'agit."""
        self.rang = lue.rang
        motif = lue.motif
        if not motif and lue.etablissement and lue.etablissement.departement not in self._departements:
            motif = f"le département « {lue.etablissement.departement[:10]} » est inconnu"
        if motif:
            self._rejeter(lue.rang, motif)
            # Mal décrit, l'établissement n'a pas pour autant quitté le registre.
            return (lue.rang, lue.numero, REJETE, None, None, *_SANS_FICHE) if lue.numero else None
        self.lignes += 1
        etat = _FERME if lue.ferme else _OUVERT
        if lue.etablissement is None:
            return (lue.rang, lue.numero, etat, None, lue.fermee_le, *_SANS_FICHE)
        self._avertir(lue, lue.etablissement)
        mots = self._mots(lue, lue.etablissement)
        return (lue.rang, lue.numero, etat, lue.empreinte, lue.fermee_le, *lue.etablissement, mots)

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

    def _avertir(self, lue: Lue, lu: Etablissement) -> None:
        """Ce qui surprend sans empêcher d'importer."""
        if not cle_juste(lue.numero):
            _ajouter(self.cles_fausses, lue.numero)
        if lue.avertissement:
            _ajouter(self.avertissements, lue.avertissement)
        if lu.siret and not siret_juste(lu.siret):
            _ajouter(self.avertissements, f"{lue.numero} : le SIRET {lu.siret} est faux")

    def _mots(self, lue: Lue, lu: Etablissement) -> str:
        """Ce que fouillera la recherche."""
        if lu.categorie not in self._categories:
            self._retenir_la_categorie(lue, lu.categorie)
        lieu, categorie = self._departements[lu.departement], self._categories[lu.categorie]
        mots = composer(
            nom=lu.nom,
            ville=f"{lu.commune} {lu.code_postal}",
            reste=f"{lieu} {categorie} {lu.nom_long} {lu.entite_nom}",
        )
        self.vocabulaire.update(mots.split())
        return mots

    def _retenir_la_categorie(self, lue: Lue, code: str) -> None:
        libelle = lue.libelle_categorie or f"Catégorie {code}"
        self._categories[code] = libelle
        self.categories_nouvelles[code] = Categorie(
            code=code,
            libelle=libelle[:120],
            libelle_court=libelle[:60],
            type_id=_type_d_apres_l_agregat(lue.agregat),
        )


_SANS_FICHE = (None,) * (len(Etablissement._fields) + 1)


def _ajouter(exemples: list[str], texte: str) -> None:
    if len(exemples) < DETAIL_MAX:
        exemples.append(texte)


def _type_d_apres_l_agregat(agregat: str) -> str:
    """Type d'une catégorie que la nomenclature livrée ne connaît pas encore, d'après son agrégat (4106 : ESMS)."""
    return {"1": ETABLISSEMENT_SANITAIRE, "2": ETABLISSEMENT_SANITAIRE, "3": ETABLISSEMENT_SANITAIRE, "4": ESMS}.get(
        agregat[:1], AUTRE_ETABLISSEMENT
    )
