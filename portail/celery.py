"""Application Celery : Redis réveille les ouvriers, la base seule dit ce qui reste à faire."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portail.settings")

from django.conf import settings

celery_app = Celery("portail")
celery_app.conf.update(
    broker_url=settings.CELERY_BROKER_URL or "memory://",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "visibility_timeout": 3600,
        # Un ouvrier tué rend ses tâches en quelques secondes, non en une heure.
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
    },
    timezone=settings.TIME_ZONE,
    beat_schedule={
        "livrer les courriels restants": {"task": "courriels.livrer", "schedule": 60.0},
    },
)
celery_app.autodiscover_tasks()
