from celery import shared_task

from habilitations.services import (
    avertir_des_fins,
    envoyer_les_recapitulatifs,
    faire_echoir,
    oublier_sans_auteur,
    rappeler_les_demandes,
    tenir_les_revues,
)


@shared_task(name="habilitations.oublier_sans_auteur")
def oublier() -> int:
    return oublier_sans_auteur()


@shared_task(name="habilitations.echeances")
def echeances() -> dict[str, int]:
    return {"échues": faire_echoir(), "averties": avertir_des_fins()}


@shared_task(name="habilitations.revues")
def revues() -> dict[str, int]:
    return tenir_les_revues()


@shared_task(name="habilitations.rappeler")
def rappeler() -> int:
    return rappeler_les_demandes()


@shared_task(name="habilitations.recapituler")
def recapituler() -> int:
    return envoyer_les_recapitulatifs()
