from celery import shared_task

from accounts import services


@shared_task(name="accounts.purger")
def purger() -> dict[str, int]:
    return services.purger()
