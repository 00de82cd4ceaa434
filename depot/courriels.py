"""Les courriels du dépôt ; chacun s'écrit dans la transaction de ce qui le motive."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import Utilisateur
from courriels.models import Courriel
from courriels.services import composer, ecrire
from depot.models import Campagne, Document, Prolongation
from depot.queries import Destinataire

RELANCE = "depot/courriels/relance"


def recepisse(document: Document) -> None:
    """Reçu d'un dépôt, dû à la personne qui l'a fait (CRPA, article L112-11)."""
    reference = [document.reference]
    ecrire(
        destinataire=document.deposant.courriel,
        modele="depot/courriels/recepisse",
        contexte={
            "document": document,
            "adresse": settings.SITE_URL + reverse("depot:recepisse", args=reference),
            "verification": settings.SITE_URL + reverse("depot:verifier_reference", args=reference),
        },
    )


def prolongation(accordee: Prolongation, personne: Utilisateur) -> None:
    """Dit à une personne qui dépose pour la structure jusqu'à quand elle le peut."""
    ecrire(
        destinataire=personne.courriel,
        modele="depot/courriels/prolongation",
        contexte={
            "personne": personne,
            "prolongation": accordee,
            "adresse": settings.SITE_URL + reverse("depot:zone"),
        },
    )


def infecte(document: Document) -> None:
    """L'antivirus a refusé un fichier dont la personne a déjà le récépissé : elle est prévenue, la case se rouvre."""
    _ecarte(document, "depot/courriels/infecte")


def refuse(document: Document) -> None:
    """Un fichier a été refusé après examen : la personne lit pourquoi, la case se rouvre."""
    _ecarte(document, "depot/courriels/refuse")


def _ecarte(document: Document, modele: str) -> None:
    case = f"structure={document.structure_id}&nature={document.nature}"
    adresse = f"{settings.SITE_URL}{reverse('depot:nouveau')}?{case}"
    ecrire(destinataire=document.deposant.courriel, modele=modele, contexte={"document": document, "adresse": adresse})


def effacement_annonce(personne: Utilisateur, documents: Sequence[Document]) -> None:
    ecrire(
        destinataire=personne.courriel,
        modele="depot/courriels/effacement_annonce",
        contexte={
            "personne": personne,
            "documents": documents,
            "adresse": settings.SITE_URL + reverse("depot:corbeille"),
        },
    )


def alarme_de_l_antivirus(alarmes: list[str]) -> None:
    """Dit au support ce qui empêche les fichiers d'être analysés, une fois par jour tant que cela dure."""
    ecrire(destinataire=settings.COURRIEL_SUPPORT, modele="depot/courriels/antivirus", contexte={"alarmes": alarmes})


def relance(campagne: Campagne, destinataire: Destinataire) -> Courriel:
    return ecrire(
        destinataire=destinataire.personne.courriel, modele=RELANCE, contexte=_de_relance(campagne, destinataire)
    )


def apercu_de_relance(campagne: Campagne, destinataire: Destinataire) -> tuple[str, str]:
    """L'objet et le texte que cette personne recevrait."""
    return composer(modele=RELANCE, contexte=_de_relance(campagne, destinataire))


def _de_relance(campagne: Campagne, destinataire: Destinataire) -> dict[str, Any]:
    return {
        "campagne": campagne,
        "destinataire": destinataire,
        "adresse": settings.SITE_URL + reverse("depot:zone"),
        "adresse_des_habilitations": settings.SITE_URL + reverse("habilitations:mes_habilitations"),
    }
