"""Vérifier un classeur d'après le modèle de la campagne, garder ses chiffres, attendre qu'on les confirme."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from depot import queries
from depot.classeur import comparaison, enclos, plages
from depot.classeur.cellules import simplifier
from depot.classeur.controle import Avertissement, Bilan, controler
from depot.classeur.modele import FEUILLE, LIGNES_LUES, Controle, comprendre, places_a_lire
from depot.enums import GenreAvertissement, NatureDocument
from depot.erreurs import ClasseurRefuse, ModeleFautif
from depot.models import Confirmation, DepotAConfirmer, Document, Valeur
from depot.services.fichiers import oublier

ILLISIBLE = "Vos chiffres n'ont pas pu être vérifiés automatiquement : ils le seront par nos équipes."
A_EXPLIQUER = "À expliquer par la structure :"
MODELE_ILLISIBLE = "Ce classeur n'a pas pu être lu. Enregistrez-le à nouveau depuis Excel ou LibreOffice."
Commentaires = Mapping[tuple[str, str], str]
"""Les raisons données, par genre et code d'avertissement."""


@dataclass
class Examen:
    """Ce que la vérification d'un classeur accepté en retient ; `lu` est faux si ses cellules n'ont pas pu l'être."""

    lu: bool = True
    controles: list[Controle] = field(default_factory=list)
    bilan: Bilan = field(default_factory=Bilan)
    avertissements: list[tuple[GenreAvertissement, Avertissement]] = field(default_factory=list)

    def sans_raison(self, commentaires: Commentaires) -> bool:
        return any(not commentaires.get((genre, averti.code), "").strip() for genre, averti in self.avertissements)

    def en_donnees(self) -> list[dict[str, Any]]:
        return [
            {"genre": genre.value, "code": averti.code, "libelle": averti.libelle, "constat": averti.phrase}
            for genre, averti in self.avertissements
        ]


def examiner(document: Document, chemin: Path) -> Examen:
    """Confronte le classeur au modèle en ligne de sa campagne. Sans modèle, il n'y a rien à en dire.

    Lève `ClasseurRefuse` si des cellules sont à corriger.
    """
    controles = _controles(document)
    if not controles:
        return Examen()
    try:
        releve, _ = enclos.lire(chemin, places_a_lire(controles))
    except enclos.ClasseurIllisible:
        return Examen(lu=False)
    bilan = controler(controles, releve)
    if bilan.erreurs:
        raise ClasseurRefuse(bilan.erreurs)
    passe = queries.nombres_de_l_an_passe(document.structure, document.campagne)
    ecarts = comparaison.avertir(comparaison.comparer(controles, passe, bilan.nombres))
    avertissements = [
        *((GenreAvertissement.PLAUSIBLE, averti) for averti in bilan.avertissements),
        *((GenreAvertissement.ECART, averti) for averti in ecarts),
    ]
    return Examen(controles=controles, bilan=bilan, avertissements=avertissements)


def garder_les_chiffres(document: Document, examen: Examen, commentaires: Commentaires) -> None:
    """Enregistre valeurs et confirmations avec le document ; à appeler dans sa transaction.

    Ce que la personne n'avait pas confirmé pour ce même rapport, ce dépôt le remplace.
    """
    _oublier_les_autres(document)
    _ranger_les_valeurs(document, examen)
    Confirmation.objects.bulk_create(
        Confirmation(
            document=document,
            genre=genre,
            code=averti.code,
            libelle=averti.libelle[:300],
            constat=averti.phrase[:300],
            commentaire=commentaires[genre, averti.code].strip(),
        )
        for genre, averti in examen.avertissements
    )


def reprendre_les_chiffres(document: Document, examen: Examen) -> None:
    """Enregistre les chiffres d'un document déjà déposé ; à appeler dans sa transaction, avant de l'enregistrer.

    Personne n'est là pour en confirmer : ce qui surprend sans avoir été expliqué au dépôt devient un avis.
    """
    document.valeurs.all().delete()
    _ranger_les_valeurs(document, examen)
    expliques = set(document.confirmations.values_list("genre", "code"))
    surprises = [
        f"{A_EXPLIQUER} {averti.libelle} : {averti.phrase}."
        for genre, averti in examen.avertissements
        if (genre, averti.code) not in expliques
    ]
    perimes = (ILLISIBLE, A_EXPLIQUER)
    gardes = [avis for avis in document.avis.splitlines() if not avis.startswith(perimes)]
    document.avis = "\n".join([*gardes, *([] if examen.lu else [ILLISIBLE]), *surprises])


def _ranger_les_valeurs(document: Document, examen: Examen) -> None:
    Valeur.objects.bulk_create(
        _valeur(document, controle, rang, examen.bilan.valeurs[controle.code])
        for rang, controle in enumerate(examen.controles)
        if controle.code in examen.bilan.valeurs
    )


def mettre_en_attente(document: Document, emplacement: str, examen: Examen) -> DepotAConfirmer:
    """Garde le classeur, déjà rangé à `emplacement`, le temps que ses avertissements soient confirmés.

    Le même contenu envoyé deux fois n'attend qu'une fois ; un autre prend la place du précédent.
    """
    with transaction.atomic():
        _oublier_les_autres(document)
        attente, nouvelle = DepotAConfirmer.objects.get_or_create(
            deposant=document.deposant,
            structure=document.structure,
            campagne=document.campagne,
            nature=document.nature,
            sha256=document.sha256,
            defaults={
                "fichier": emplacement,
                "nom_fichier": document.nom_fichier,
                "taille": document.taille,
                "cle_envoi": document.cle_envoi,
                "avertissements": examen.en_donnees(),
            },
        )
    if not nouvelle:
        oublier(emplacement)
        attente.avertissements = examen.en_donnees()
        attente.save(update_fields=["avertissements"])
    return attente


def _oublier_les_autres(document: Document) -> None:
    """Les classeurs que la personne avait envoyés pour ce même rapport sans les confirmer ; le balayage les efface."""
    DepotAConfirmer.objects.filter(
        deposant=document.deposant, structure=document.structure, campagne=document.campagne, nature=document.nature
    ).exclude(sha256=document.sha256).delete()


def lire_le_modele(chemin: Path) -> list[Controle]:
    """Les contrôles que dit un modèle : sa feuille « contrôles », à défaut ses plages nommées ; aucun s'il n'a ni l'une
    ni les autres. Lève `ModeleFautif`."""
    try:
        releve, lignes = enclos.lire(chemin, [], entiere=FEUILLE, lignes=LIGNES_LUES)
        if simplifier(FEUILLE) in map(simplifier, releve.feuilles):
            controles, fautes = comprendre(releve, lignes)
        else:
            attendues, fautes = plages.trouver(releve)
            autour, _ = enclos.lire(chemin, plages.places_a_lire(attendues))
            controles, autres = plages.comprendre(attendues, autour)
            fautes += autres
    except enclos.ClasseurIllisible as illisible:
        raise ModeleFautif([MODELE_ILLISIBLE]) from illisible
    if fautes:
        raise ModeleFautif(fautes)
    return controles


def _controles(document: Document) -> list[Controle]:
    if document.nature != NatureDocument.QUANTITATIF or not document.type:
        return []
    modele = queries.modele_du_classeur(document.campagne, document.structure)
    return [Controle.de_donnees(donnees) for donnees in modele.controles] if modele else []


def _valeur(document: Document, controle: Controle, rang: int, lue: float | str | date) -> Valeur:
    valeur = Valeur(document=document, code=controle.code, rang=rang, libelle=controle.libelle[:300])
    if isinstance(lue, date):
        valeur.jour = lue
    elif isinstance(lue, str):
        valeur.texte = lue
    else:
        valeur.nombre = lue
    return valeur
