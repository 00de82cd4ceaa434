"""La chaîne des vérifications, de la plus simple à la plus coûteuse ; la première qui échoue donne le motif."""

from pathlib import Path

from depot.juge import noms, ole, paquets, pdf, signatures
from depot.juge.signatures import Contenant
from depot.juge.verdicts import ATTENDUS, LIBELLES, Issue, Motif, Nature, Refus, Type, Verdict, refuser, trop_gros

TAILLE_MAX = 50_000_000
EXTENSIONS = frozenset(Type)
A_MACROS = frozenset({"xlsm", "xlsb", "xltm", "xlam", "docm", "dotm", "pptm"})


def juger(chemin: Path, nature: Nature | None, nom: str, taille_max: int = TAILLE_MAX) -> Verdict:
    """Juge le fichier `chemin`, que la personne appelle `nom` ; sans `nature`, son contenu dit la case où il va."""
    try:
        type_, avis = _passer_la_chaine(chemin, nature, noms.nettoyer(nom), taille_max)
    except Refus as refus:
        return refuser(refus, nature, taille_max)
    return Verdict(Issue.ACCEPTE, type=type_, avis=avis)


def _passer_la_chaine(chemin: Path, nature: Nature | None, nom: str, taille_max: int) -> tuple[Type, tuple[str, ...]]:
    _verifier_la_taille(chemin, taille_max)
    extension = noms.extension(nom)
    if extension in A_MACROS:
        raise Refus(Motif.MACROS)
    type_, avis = _ouvrir(chemin)
    if nature and type_ not in ATTENDUS[nature]:
        raise Refus(Motif.CASE, LIBELLES[type_])
    if extension not in EXTENSIONS:
        raise Refus(Motif.TYPE, f"fichier .{extension}" if extension else "fichier sans extension")
    return type_, avis


def _verifier_la_taille(chemin: Path, taille_max: int) -> None:
    taille = chemin.stat().st_size
    if not taille:
        raise Refus(Motif.VIDE)
    if taille > taille_max:
        raise trop_gros(taille)


def _ouvrir(chemin: Path) -> tuple[Type, tuple[str, ...]]:
    with chemin.open("rb") as fichier:
        tete = fichier.read(signatures.TETE)
        match signatures.contenant(tete):
            case Contenant.OLE:
                return _ouvrir_ole(chemin)
            case Contenant.ZIP:
                return paquets.juger(fichier)
            case Contenant.PDF:
                pdf.juger(chemin)
                return Type.PDF, ()
            case _:
                raise Refus(Motif.TYPE, _nommer(tete))


def _ouvrir_ole(chemin: Path) -> tuple[Type, tuple[str, ...]]:
    with chemin.open("rb") as fichier, ole.ouvrir(fichier) as document:
        if ole.est_une_enveloppe(document):
            return paquets.juger(ole.deprotege(fichier))
        ole.verifier_la_queue(document, chemin.stat().st_size)
        return ole.juger(document, fichier)


def _nommer(tete: bytes) -> str:
    etranger = signatures.etranger(tete)
    if etranger:
        return etranger
    return "fichier texte" if signatures.est_texte(tete) else "fichier d'un genre inconnu"
