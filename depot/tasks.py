from celery import shared_task

from depot import services


@shared_task(name="depot.balayer")
def balayer() -> int:
    return services.balayer()


@shared_task(name="depot.analyser")
def analyser(numero: int) -> None:
    services.analyser(numero=numero)


@shared_task(name="depot.analyser_en_attente")
def analyser_en_attente() -> int:
    return services.analyser_en_attente()


@shared_task(name="depot.surveiller_l_antivirus")
def surveiller_l_antivirus() -> None:
    services.surveiller()
