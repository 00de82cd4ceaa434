"""Lier un compte à l'identité que donne un fournisseur, et défaire ce lien."""

from django.db import transaction
from django.utils import timezone

from accounts.erreurs import GesteRefuse
from accounts.models import IdentiteExterne, Utilisateur
from accounts.services.commun import exiger_un_motif, verrouiller
from journal.services import Acteur, consigner


def lier(*, acteur: Acteur, personne: Utilisateur, emetteur: str, sujet: str) -> IdentiteExterne:
    """Lie à `personne` l'identité que l'émetteur vient de prouver ; déjà liée, elle vient de servir.

    L'appelant a les deux preuves : la réponse du fournisseur, et une session ouverte ou une adresse confirmée. Lève
    `GesteRefuse` si l'identité ouvre déjà un autre compte, ou si ce compte n'est pas ouvert.
    """
    with transaction.atomic():
        personne = verrouiller(personne)
        if not personne.is_active:
            raise GesteRefuse("Seul un compte ouvert peut être lié : confirmez d'abord votre adresse.")
        identite, nouvelle = IdentiteExterne.objects.get_or_create(
            emetteur=emetteur, sujet=sujet, defaults={"personne": personne}
        )
        if identite.personne_id != personne.pk:
            raise GesteRefuse("Cette identité ouvre déjà un autre compte du portail : écrivez au support.")
        identite.servie_le = timezone.now()
        identite.save(update_fields=["servie_le"])
        if nouvelle:
            consigner(acteur=acteur, action="identite_externe.liee", objet=personne, apres=_resume(identite))
    return identite


def delier(*, acteur: Utilisateur, identite: IdentiteExterne, motif: str) -> None:
    """L'identité n'ouvre plus le compte. Lève `GesteRefuse` sans motif."""
    exiger_un_motif(motif)
    with transaction.atomic():
        personne = verrouiller(identite.personne)
        supprimees, _ = IdentiteExterne.objects.filter(pk=identite.pk).delete()
        if supprimees:
            consigner(
                acteur=acteur,
                action="identite_externe.deliee",
                objet=personne,
                avant=_resume(identite),
                apres={"motif": motif},
            )


def _resume(identite: IdentiteExterne) -> dict[str, str]:
    return {"emetteur": identite.emetteur, "sujet": identite.sujet}
