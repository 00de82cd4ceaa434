"""Les chiffres des classeurs : le modèle qui les vérifie, ceux de l'an passé, deux années côte à côte."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from depot.classeur.comparaison import variation
from depot.enums import EtatDocument, NatureDocument
from depot.models import Campagne, Confirmation, Document, DocumentQuerySet, Publication, Valeur
from depot.queries.documents import dernieres_versions
from structures import tableaux
from structures.models import Structure


def modele_du_classeur(campagne: Campagne, structure: Structure) -> Publication | None:
    """Le modèle en ligne du rapport quantitatif, celui de la catégorie de la structure plutôt que le commun."""
    modeles = Publication.objects.en_ligne().pour(Structure.objects.filter(pk=structure.pk))
    return modeles.filter(campagne=campagne, nature=NatureDocument.QUANTITATIF).order_by("-categorie").first()


def dernier_classeur(structure: Structure, annee: int) -> Document | None:
    """Le dernier rapport quantitatif valable de l'année dont les chiffres ont été lus."""
    rapports = Document.objects.valables().filter(
        structure=structure, campagne__annee=annee, nature=NatureDocument.QUANTITATIF, valeurs__isnull=False
    )
    return rapports.order_by("-version").select_related("campagne", "structure").first()


def classeurs_sans_chiffres(documents: DocumentQuerySet) -> DocumentQuerySet:
    """Ceux qui sont publiés, qu'un modèle en ligne permet de lire, et dont aucun chiffre n'est gardé."""
    modeles = Publication.objects.en_ligne().filter(
        Q(categorie="") | Q(categorie=OuterRef("structure__categorie")),
        campagne=OuterRef("campagne"),
        nature=NatureDocument.QUANTITATIF,
    )
    publies = documents.filter(nature=NatureDocument.QUANTITATIF, etat=EtatDocument.PUBLIE, valeurs__isnull=True)
    return dernieres_versions(publies.filter(Exists(modeles.exclude(controles=[]))))


def nombres(document: Document | None) -> dict[str, float]:
    if document is None:
        return {}
    lus = Valeur.objects.filter(document=document, nombre__isnull=False)
    return {valeur.code: valeur.nombre for valeur in lus if valeur.nombre is not None}


def classeur_de_l_an_passe(structure: Structure, annee: int) -> Document | None:
    """Celui de l'année d'avant ; à défaut, celui du seul établissement fermé que la structure remplace.

    Plusieurs remplacés ne s'additionnent pas (un délai, un effectif moyen) : rien n'est alors comparé.
    """
    if sien := dernier_classeur(structure, annee - 1):
        return sien
    remplacees = Structure.objects.remplacees_par(Structure.objects.filter(pk=structure.pk))
    leurs = [classeur for une in remplacees if (classeur := dernier_classeur(une, annee - 1))]
    return leurs[0] if len(leurs) == 1 else None


def nombres_de_l_an_passe(structure: Structure, campagne: Campagne) -> dict[str, float]:
    return nombres(classeur_de_l_an_passe(structure, campagne.annee))


IDENTITE = ["N° FINESS", "Structure", "Catégorie", "Département", "Région", "Campagne", "Référence", "Déposé le"]


def tableau_des_valeurs(campagne: Campagne) -> tuple[list[str], list[list[tableaux.Valeur]]]:
    """Les valeurs des derniers classeurs d'une campagne : une ligne par structure, une colonne par cellule attendue.

    Une cellule que le modèle d'une catégorie n'attend pas reste vide.
    """
    classeurs = dernieres_versions(Document.objects.valables()).filter(
        campagne=campagne, nature=NatureDocument.QUANTITATIF, valeurs__isnull=False
    )
    classeurs = classeurs.select_related(
        "campagne", "structure__departement__region", "structure__categorie"
    ).distinct()
    documents = {document.pk: document for document in classeurs.order_by("structure__nom", "structure")}
    lues: dict[int, dict[str, tableaux.Valeur]] = {cle: {} for cle in documents}
    entetes: dict[str, None] = {}
    for valeur in Valeur.objects.filter(document__in=documents).order_by("rang", "code"):
        entete = f"{valeur.code} – {valeur.libelle}"
        entetes[entete] = None
        lue = valeur.nombre if valeur.nombre is not None else valeur.jour or valeur.texte
        lues[valeur.document_id][entete] = lue
    lignes = [
        [*_identite(document), *(lues[cle].get(entete) for entete in entetes)] for cle, document in documents.items()
    ]
    return [*IDENTITE, *entetes], lignes


def _identite(document: Document) -> list[tableaux.Valeur]:
    structure, departement = document.structure, document.structure.departement
    return [
        structure.numero_finess,
        structure.nom,
        structure.categorie.libelle_court if structure.categorie else "",
        str(departement or ""),
        departement.region.nom if departement else "",
        document.campagne.annee,
        document.reference,
        document.depose_le,
    ]


@dataclass(frozen=True)
class LigneDeChiffres:
    """Une valeur et celle de l'an passé, avec ce qui en a été confirmé."""

    libelle: str
    avant: Valeur | None
    apres: Valeur | None
    confirmations: list[Confirmation]

    @property
    def variation(self) -> str:
        avant, apres = (valeur.nombre if valeur else None for valeur in (self.avant, self.apres))
        return variation(avant, apres)


def cote_a_cote(avant: Document | None, apres: Document | None) -> list[LigneDeChiffres]:
    """Les valeurs de deux documents, dans l'ordre du plus récent ; ce que lui seul ne dit plus vient à la fin."""
    anciennes = {valeur.code: valeur for valeur in Valeur.objects.filter(document=avant)} if avant else {}
    nouvelles = {valeur.code: valeur for valeur in Valeur.objects.filter(document=apres)} if apres else {}
    confirmees: dict[str, list[Confirmation]] = {}
    for confirmation in Confirmation.objects.filter(document=apres) if apres else ():
        confirmees.setdefault(confirmation.code, []).append(confirmation)
    return [
        LigneDeChiffres(
            (nouvelles.get(code) or anciennes[code]).libelle,
            anciennes.get(code),
            nouvelles.get(code),
            confirmees.get(code, []),
        )
        for code in [*nouvelles, *(code for code in anciennes if code not in nouvelles)]
    ]
