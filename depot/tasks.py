from celery import shared_task

from depot import services


@shared_task(name="depot.balayer")
def balayer() -> int:
    return services.balayer()
