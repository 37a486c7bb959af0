"""What Prometheus is told of this process, and of what all of them share: queue and database.

Each process tells its own counts; Prometheus scrapes every one and adds them up.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import ChannelError, OperationalError
from prometheus_client import REGISTRY, Counter, Histogram, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from scoring import services
from scoring.models import ModelVersion
from scoring_site.celery import app

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_LOCAL = frozenset({"127.0.0.1", "::1"})
_REQUESTS = Counter(
    "desk_requests", "Requests answered, by route and status.", ["method", "route", "status"]
)
_SECONDS = Histogram(
    "desk_request_seconds",
    "Time from a request's arrival at the application to its answer.",
    ["method", "route"],
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)


def count_request(method: str | None, route: str, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    verb = method if method in _METHODS else "other"
    _REQUESTS.labels(verb, route, str(status)).inc()
    _SECONDS.labels(verb, route).observe(seconds)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Everything that is counted, for those who hold the token; 404 for anybody else."""
    if not _may_see(request):
        raise Http404
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(REGISTRY), content_type=content_type)


class _Shared(Collector):
    """What is looked up at each scrape: the queue, what is pending, the champion."""

    def describe(self) -> Iterable[Metric]:
        """Nothing: the database cannot be asked while this module is imported."""
        return []

    def collect(self) -> Iterable[Metric]:
        yield from _queue()
        try:
            pending, champion = _pending(), _champion()
        except Error:
            yield GaugeMetricFamily("desk_database_up", "The database answers.", value=0)
        else:
            yield GaugeMetricFamily("desk_database_up", "The database answers.", value=1)
            yield pending
            yield champion


REGISTRY.register(_Shared())


def _may_see(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and secrets.compare_digest(
            token.encode(), settings.METRICS_TOKEN.encode()
        )
    # Behind a proxy everybody comes from this machine: in production only a token opens this.
    return (settings.DEBUG or settings.DEMO) and request.META.get("REMOTE_ADDR") in _LOCAL


def _queue() -> Iterable[Metric]:
    up = GaugeMetricFamily("desk_broker_up", "The broker answers.")
    try:
        depth = _depth()
    except (OSError, OperationalError):
        up.add_metric([], 0)
    else:
        up.add_metric([], 1)
        yield GaugeMetricFamily("desk_queue_depth", "Tasks that wait for a worker.", value=depth)
    yield up


def _depth() -> int:
    with app.connection_for_read() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
        try:
            channel: Any = broker.default_channel
            queue = channel.queue_declare(app.conf.task_default_queue, passive=True)
        except ChannelError:  # no queue is an empty one
            return 0
        return int(queue.message_count)


def _pending() -> Metric:
    return GaugeMetricFamily(
        "desk_explanations_pending",
        "Scores that wait for their explanation.",
        value=services.unexplained(at=timezone.now()).count(),
    )


def _champion() -> Metric:
    labels = ["model", "version", "sha256"]
    gauge = GaugeMetricFamily("desk_champion_info", "The model that scores now.", labels=labels)
    champion = ModelVersion.objects.champions().first()
    if champion is not None:
        gauge.add_metric([champion.name, champion.version, champion.sha256], 1)
    return gauge
