"""Application Celery : Redis réveille les ouvriers, la base seule dit ce qui reste à faire."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portail.settings")

celery_app = Celery("portail")
celery_app.config_from_object("django.conf:settings", namespace="CELERY")
celery_app.autodiscover_tasks()
