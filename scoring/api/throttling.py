"""How many requests an account, or an address without one, may send.

One counter per caller and window in the cache, which Redis and local memory both raise
atomically; so that a request costs the same whatever the rate. The headers are those of
draft-ietf-httpapi-ratelimit-headers-10.
"""

from __future__ import annotations

import functools
import logging
import math
import time
from typing import TYPE_CHECKING

from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:  # REST framework reads its settings, which name this module, first
    from rest_framework.request import Request
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@functools.cache
def parse(rate: str) -> tuple[int, int]:
    """Requests, and the seconds they are counted over.

    >>> parse("6000/min")
    (6000, 60)
    """
    quota, period = rate.split("/")
    return int(quota), _SECONDS[period[0]]


class FixedWindowThrottle(BaseThrottle):
    """Count the requests of each account, or of each address, in windows of fixed length."""

    timer = staticmethod(time.time)

    def allow_request(self, request: Request, view: APIView) -> bool:
        known = request.user.is_authenticated
        scope = "user" if known else "anon"
        caller = request.user.pk if known else self.get_ident(request)
        quota, seconds = parse(api_settings.DEFAULT_THROTTLE_RATES[scope])
        window, passed = divmod(self.timer(), seconds)
        self._left = max(1, math.ceil(seconds - passed))
        used = _raise(f"rate:{scope}:{caller}:{int(window)}", seconds)
        remaining = max(0, quota - used)
        view.headers["RateLimit-Policy"] = f'"{scope}";q={quota};w={seconds}'
        view.headers["RateLimit"] = f'"{scope}";r={remaining};t={self._left}'
        return used <= quota

    def wait(self) -> int:
        return self._left


def _raise(key: str, seconds: int) -> int:
    """The counter's new value; nobody is turned away because the cache is not reachable."""
    try:
        return _raised(key, seconds)
    except (RedisError, ValueError):
        logger.exception("Requests are not counted: the cache is not reachable.")
        return 0


def _raised(key: str, seconds: int) -> int:
    try:
        count = cache.incr(key)
    except ValueError:  # the first in this window
        if cache.add(key, 1, timeout=2 * seconds):
            return 1
        count = cache.incr(key)  # another was first in this very moment
    return int(count or 0)  # django-redis gives None, where it leaves errors of Redis out
