"""Seul écrivain du journal."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.utils import timezone

from journal.contexte import adresse_courante
from journal.models import Evenement

Acteur = AbstractBaseUser | AnonymousUser | None


def consigner(
    *,
    acteur: Acteur,
    action: str,
    objet: Model,
    avant: dict[str, Any] | None = None,
    apres: dict[str, Any] | None = None,
) -> Evenement:
    """Ajoute un évènement dans la transaction de l'appelant.

    `acteur` vaut None quand le portail agit seul. `action` est un verbe de domaine (« demande.acceptee »).
    `avant` et `apres` ne portent que des valeurs simples, jamais un secret.
    """
    personne = acteur if acteur is not None and acteur.is_authenticated else None
    return Evenement.objects.create(
        acteur_id=personne.pk if personne else None,
        acteur_nom=str(personne)[:200] if personne else "système",
        action=action,
        objet_type=objet._meta.label_lower,
        objet_id=str(objet.pk),
        objet_nom=str(objet)[:300],
        adresse=adresse_courante(),
        avant=avant or {},
        apres=apres or {},
    )


def purger() -> int:
    """Efface ce qui a plus de JOURNAL_MOIS mois (de 31 jours : jamais avant le terme) ; rend le nombre de lignes."""
    return Evenement.objects.purger(timezone.now() - timedelta(days=31 * settings.JOURNAL_MOIS))
