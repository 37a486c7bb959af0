"""Settings of the credit desk, all of them from the environment.

Three ways to run, by environment variables alone:

* `DEMO=1` (what `make run` sets): one process on this machine, secret key made once and kept
  under `VAR_DIR`, plain HTTP on localhost.
* `DEBUG=1`: a developer's machine, with Django's error pages.
* neither: production. `SECRET_KEY` and `ALLOWED_HOSTS` must be given, HTTPS is assumed.

A malformed value stops the start with a sentence that names it. `docs/deploy.md` lists them all.
"""

from __future__ import annotations

import re
import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from environs import Env, validate
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()

# --- where state lives -------------------------------------------------------
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var"))).resolve()
VAR_DIR.mkdir(parents=True, exist_ok=True)
BUNDLE_DIR = VAR_DIR / "bundles"
BATCH_DIR = VAR_DIR / "batches"  # uploads, until they are scored

# --- how this process runs ---------------------------------------------------
DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)
HTTPS = env.bool("HTTPS", not (DEBUG or DEMO))
PORT = env.int("PORT", 8000, validate=validate.Range(min=1, max=65535))
METRICS_TOKEN = env.str("METRICS_TOKEN", "", validate=validate.Length(max=200))
LOG_LEVEL = env.str(
    "LOG_LEVEL", "INFO", validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"])
)


def _kept_secret() -> str:
    """The demo's secret key: made at the first start, then kept beside its database."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY", "")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [])
if DEBUG or DEMO:
    SECRET_KEY = SECRET_KEY or _kept_secret()
    ALLOWED_HOSTS = ALLOWED_HOSTS or ["127.0.0.1", "localhost"]
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it to a long random string, or DEBUG=1 while developing."
    )
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS is not set. Set it to the host names of this site, separated by commas."
    )
# While the key is being changed: what was sealed or signed under the old ones stays readable.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])

# --- applications ------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "csp",
    "corsheaders",
    "scoring_site",
    "monitoring",
    "scoring",
    "applications",
]
MIDDLEWARE = [
    "scoring_site.middleware.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "scoring_site.middleware.ContentSecurityPolicyMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "scoring_site.urls"
WSGI_APPLICATION = "scoring_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- database: SQLite unless DATABASE_URL names a PostgreSQL -----------------
DATABASE_CONNECTIONS = env.int("DATABASE_CONNECTIONS", 16, validate=validate.Range(min=1))
DATABASE_URL = env.str("DATABASE_URL", f"sqlite:///{VAR_DIR / 'desk.sqlite3'}")
try:
    _database: dict[str, Any] = dict(dj_database_url.parse(DATABASE_URL))
except ValueError as error:
    raise ImproperlyConfigured(
        f"DATABASE_URL is malformed: {error}. Write postgresql://user:password@host/name."
    ) from error
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # Writers queue instead of failing, readers never wait for a writer, and a commit is on
    # disk when it returns.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        # Reads come from the system's cache of the file: sums over the book take half as long.
        " PRAGMA mmap_size=2147418112;",
    }
    # A thread keeps its connection: opening one costs as much as several queries.
    _database["CONN_MAX_AGE"] = None
    # Tests use a file as well: in memory, threads meet locks that no file has.
    _database["TEST"] = {"NAME": env.str("TEST_DATABASE", str(VAR_DIR / "test.sqlite3"))}
elif _database["ENGINE"] == "django.db.backends.postgresql":
    _database["OPTIONS"] = {
        **_database.get("OPTIONS", {}),
        "connect_timeout": 5,
        # Each process opens connections as it needs them, and waits no longer than this for one.
        "pool": {"min_size": 1, "max_size": DATABASE_CONNECTIONS, "timeout": 5},
    }
    # A connection that PostgreSQL closed meanwhile, at a restart, is replaced before it is used.
    _database["CONN_HEALTH_CHECKS"] = True
else:
    raise ImproperlyConfigured(
        f"DATABASE_URL names {DATABASE_URL.split(':', maxsplit=1)[0]!r}. "
        "Use sqlite:///... or postgresql://..."
    )
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- background work: threads in this process unless REDIS_URL names a broker -
REDIS_URL = env.str("REDIS_URL", "")
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    raise ImproperlyConfigured(f"REDIS_URL is malformed: {REDIS_URL!r}. Write redis://host:6379/0.")
# Celery writes the address of a socket in its own way.
CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    or "memory://localhost//"
)
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {
        # A task that was not acknowledged for so long is given to another worker: longer than
        # any task takes. What a killed worker leaves is found by the sweep long before.
        "visibility_timeout": 3600,
        "socket_connect_timeout": 1,
        "socket_timeout": 3,
        "socket_keepalive": True,
    }
    if REDIS_URL
    else {"polling_interval": 0.01}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker for ever,
CELERY_BROKER_CONNECTION_TIMEOUT = 2
# and a request does not: one new connection is tried, then the task is left to the sweep.
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    # A crash between the commit of a score and the queueing of its explanation loses nothing.
    "sweep-pending-explanations": {
        "task": "scoring.tasks.sweep_explanations",
        "schedule": timedelta(seconds=30),
    },
    # A crash between the commit of an event and its sending loses nothing; and retries are due.
    "sweep-webhooks": {
        "task": "monitoring.webhooks.tasks.sweep",
        "schedule": timedelta(seconds=15),
    },
    "forget-webhook-deliveries": {
        "task": "monitoring.webhooks.tasks.forget",
        "schedule": timedelta(hours=6),
    },
    "forget-kept-answers": {
        "task": "scoring.tasks.forget_kept_answers",
        "schedule": timedelta(hours=1),
    },
    "sweep-score-batches": {
        "task": "scoring.batches.tasks.sweep_batches",
        "schedule": timedelta(seconds=15),
    },
    "refresh-database-statistics": {
        "task": "scoring_site.tasks.refresh_statistics",
        "schedule": timedelta(hours=1),
    },
}
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {
            # Without its cache the site answers all the same: nobody is throttled meanwhile.
            "IGNORE_EXCEPTIONS": True,
            "SOCKET_CONNECT_TIMEOUT": 1,
            "SOCKET_TIMEOUT": 0.5,
            "CONNECTION_POOL_KWARGS": {"retry": Retry(NoBackoff(), 1, (RedisConnectionError,))},
        },
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},  # a counter for each caller of the API
    }
}

# --- accounts ----------------------------------------------------------------
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "applications:home"
LOGOUT_REDIRECT_URL = "login"

# --- language and time -------------------------------------------------------
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
# A language whose catalogue is not compiled is not offered: half a translation confuses.
LANGUAGES = [
    (code, name)
    for code, name in (("en", _("English")), ("fr", _("French")))
    if code == LANGUAGE_CODE or (LOCALE_PATHS[0] / code / "LC_MESSAGES" / "django.mo").exists()
]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # the choice outlives the browser's session
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
USE_I18N = True
FORMAT_MODULE_PATH = ["scoring_site.formats"]
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "UTC")

# --- the bank, as its letters name it ----------------------------------------
BANK = {
    "name": env.str("BANK_NAME", "Example Bank"),
    "address": env.str("BANK_ADDRESS", "12 rue de l’Exemple, 75009 Paris"),
    "phone": env.str("BANK_PHONE", "+33 1 99 00 12 34"),
    "email": env.str("BANK_EMAIL", "credit@bank.example"),
    "currency": env.str("BANK_CURRENCY", "EUR"),
    # Where applicants turn to about data the bank did not collect itself, or does not mend.
    "credit_bureau": env.str("CREDIT_BUREAU", "Example Credit Bureau, 1 place du Fichier, Paris"),
    "data_protection_authority": env.str(
        "DATA_PROTECTION_AUTHORITY",
        "CNIL, 3 place de Fontenoy, TSA 80715, 75334 Paris Cedex 07, www.cnil.fr",
    ),
}

# --- static files, served by this process ------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
# Without a collected manifest (tests, a developer's machine) the plain files are served.
_COLLECTED = (STATIC_ROOT / "staticfiles.json").exists() or "collectstatic" in sys.argv
WHITENOISE_USE_FINDERS = not _COLLECTED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Documents of applicants: never under an address of their own, only through the desk.
    "attachments": {
        "BACKEND": "applications.storage.DurableStorage",
        "OPTIONS": {"location": VAR_DIR / "attachments", "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if not _COLLECTED
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- security ----------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
# Probes and Prometheus speak plain HTTP inside.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "scoring_site.views.csrf_failure"
SESSION_COOKIE_AGE = 10 * 3600
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
# The admin (unfold, with Alpine) and the API's docs page bring inline code of their own; this
# wider policy is set for those addresses alone, by `scoring_site.middleware`.
WIDER_CONTENT_SECURITY_POLICY = {
    "script-src": [SELF, "'unsafe-inline'", "'unsafe-eval'"],
    "style-src": [SELF, "'unsafe-inline'"],
    "worker-src": [SELF, "blob:"],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# Files of applications to score; they never lie in memory as a whole.
BATCH_MAX_BYTES = env.int("BATCH_MAX_BYTES", 5 * 1024**3, validate=validate.Range(min=1))
BATCH_MAX_UNPACKED_BYTES = 10 * BATCH_MAX_BYTES
BATCH_MAX_ROWS = env.int("BATCH_MAX_ROWS", 10_000_000, validate=validate.Range(min=1))


# --- REST --------------------------------------------------------------------
def _rate(name: str, default: str) -> str:
    """A number of requests per s, min, hour or day."""
    return env.str(
        name,
        default,
        validate=validate.Regexp(
            r"^[1-9][0-9]*/(s|sec|min|hour|day)$", error="Write it like 6000/min."
        ),
    )


REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "scoring.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["scoring_site.parsers.CarefulJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "scoring.api.openapi.ApiSchema",
    "DEFAULT_THROTTLE_CLASSES": ["scoring.api.throttling.FixedWindowThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "anon": _rate("API_ANONYMOUS_RATE", "60/min"),
        "user": _rate("API_RATE", "6000/min"),
    },
    # Only the proxy in front may say whose request it brings; anybody else could say anything.
    "NUM_PROXIES": 1 if BEHIND_PROXY else 0,
    "EXCEPTION_HANDLER": "scoring_site.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
KNOX_TOKEN_MODEL = "knox.AuthToken"  # noqa: S105 - names a model
REST_KNOX = {
    "TOKEN_TTL": timedelta(days=env.int("API_TOKEN_DAYS", 90, validate=validate.Range(min=1))),
    "TOKEN_PREFIX": "desk_",
}
IDEMPOTENCY_HOURS = env.int("IDEMPOTENCY_HOURS", 24, validate=validate.Range(min=1))
# Pages of other sites that may call the API from a browser; none unless they are named.
CORS_ALLOWED_ORIGINS: list[str] = env.list("CORS_ALLOWED_ORIGINS", [])
for _origin in CORS_ALLOWED_ORIGINS:
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?", _origin):
        raise ImproperlyConfigured(
            f"CORS_ALLOWED_ORIGINS names {_origin!r}. Write origins such as https://app.example."
        )
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [
    "accept",
    "accept-language",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-none-match",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = [
    "Api-Version",
    "ETag",
    "Idempotent-Replayed",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Request-Id",
]
CORS_PREFLIGHT_MAX_AGE = 3600
WEBHOOK_ALLOW_PRIVATE = env.bool("WEBHOOK_ALLOW_PRIVATE", False)
WEBHOOK_LOG_DAYS = env.int("WEBHOOK_LOG_DAYS", 30, validate=validate.Range(min=1))
DRF_STANDARDIZED_ERRORS = {"EXCEPTION_FORMATTER_CLASS": "scoring_site.problems.ProblemFormatter"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Credit desk",
    "DESCRIPTION": (
        "Scores for loan applications, with their decision and reasons. "
        "Errors are `application/problem+json` (RFC 9457) and name each wrong field. "
        "[What each raw column means](/api/v1/columns/) · [Kinds of problems](/api/v1/problems/)"
    ),
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/api/v[0-9]+",
    # Fields that share a name, or a set of choices, and what the schema calls each set.
    "ENUM_NAME_OVERRIDES": {
        "Outcome": "monitoring.models.Outcome",
        "Verdict": "applications.api.serializers.cases.EITHER",
        "ApplicationStatus": "applications.models.LoanApplication.Status",
        "OverrideStatus": "applications.models.Override.Status",
        "ExplanationStatus": "scoring.models.Explanation.Status",
        "RegionRating": "applications.choices.RegionRating",
    },
}

# --- admin -------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": _("Credit desk"),
    "SITE_HEADER": _("Credit desk"),
    "SITE_SUBHEADER": _("Administration"),
    "SITE_ICON": lambda request: static("img/mark.svg"),
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("img/mark.svg"),
        }
    ],
    "SITE_URL": reverse_lazy("applications:home"),
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "COLORS": {
        "primary": {
            "50": "#eef4f9",
            "100": "#d6e4f0",
            "200": "#b0cbe2",
            "300": "#80abce",
            "400": "#4d86b6",
            "500": "#2b6a9e",
            "600": "#1c5688",
            "700": "#18466f",
            "800": "#17395a",
            "900": "#15304b",
            "950": "#0d1f32",
        }
    },
}

# --- logs --------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "scoring_site.logs.Line",
            "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s]: %(message)s",
        },
        "json": {"()": "scoring_site.logs.Json"},
    },
    "filters": {"careful": {"()": "scoring_site.logs.Careful"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line" if DEBUG or DEMO else "json",
            "filters": ["careful"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "celery": {"level": "WARNING"},
        "celery.apps.worker": {"level": "INFO"},  # that a worker is ready, or stops
        "kombu": {"level": "WARNING"},
        "waitress": {"level": "WARNING"},  # below that it writes addresses
        "waitress.queue": {"level": "ERROR"},  # it tells whenever somebody waits
        # Django's own handlers would write what ours leave out.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": ["console"], "propagate": False},
        "fontTools": {"level": "WARNING"},  # it tells every step of embedding a font
    },
}
