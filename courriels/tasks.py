from celery import shared_task

from courriels.services import livrer_les_courriels


@shared_task(name="courriels.livrer")
def livrer() -> int:
    return livrer_les_courriels()
