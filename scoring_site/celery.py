"""The Celery application: `celery -A scoring_site worker`, or threads (see `embedded`)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scoring_site.settings")

app = Celery("scoring_site")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["monitoring.webhooks"])
