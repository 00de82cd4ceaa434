from celery import shared_task

from habilitations.services import oublier_sans_auteur


@shared_task(name="habilitations.oublier_sans_auteur")
def oublier() -> int:
    return oublier_sans_auteur()
