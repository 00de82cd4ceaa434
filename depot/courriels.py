"""Les courriels du dépôt ; chacun s'écrit dans la transaction de ce qui le motive."""

from django.conf import settings
from django.urls import reverse

from courriels.services import ecrire
from depot.models import Document


def recepisse(document: Document) -> None:
    """Reçu d'un dépôt, dû à la personne qui l'a fait (CRPA, article L112-11)."""
    adresse = settings.SITE_URL + reverse("depot:recepisse", args=[document.reference])
    ecrire(
        destinataire=document.deposant.courriel,
        modele="depot/courriels/recepisse",
        contexte={"document": document, "adresse": adresse},
    )
