"""Wiring of the credit desk: settings, addresses, background work. No business logic."""

from scoring_site.celery import app as celery_app

__all__ = ["celery_app"]
