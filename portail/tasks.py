from celery import shared_task

from portail.menage import faire_le_menage


@shared_task(name="portail.menage")
def menage() -> dict[str, int | None]:
    return {nom: fait for nom, fait, _ in faire_le_menage()}
