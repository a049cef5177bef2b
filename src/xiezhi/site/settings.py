"""Settings. Everything an operator may change comes from the environment; nothing secret stands here."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from xiezhi.site.address import YEAR, address
from xiezhi.site.home import CHECKOUT, home

XIEZHI_HOME = home()


def _secret_key() -> str:
    """The installation's own key: from the environment, else a file in the home that only its owner reads."""
    if key := os.environ.get("XIEZHI_SECRET_KEY"):
        return key
    path = XIEZHI_HOME / "keys" / "django"
    try:
        return path.read_text()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = secrets.token_urlsafe(48)
        try:
            fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400)
        except FileExistsError:
            return path.read_text()
        with os.fdopen(fd, "w") as file:
            file.write(key)
        return key


def database_from_url(url: str) -> dict[str, Any]:
    """Django's database settings from a `postgresql://` address; `?host=/folder` names a socket folder."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "xiezhi",
        "USER": unquote(parts.username or "") or query.pop("user", ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or query.pop("port", "") or ""),
        "OPTIONS": query,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


SECRET_KEY = _secret_key()
DEBUG = os.environ.get("XIEZHI_DEBUG") == "1"

# Where the installation is reached (docs/operating.md). A request's Host head is never put into a document: OWN_ADDRESS stands in for
# a public address that is not set.
_ADDRESS = address(os.environ)
PUBLIC_URL, OWN_ADDRESS = _ADDRESS.public, _ADDRESS.own
ALLOWED_HOSTS = list(_ADDRESS.hosts)
TRUSTED_PROXIES = _ADDRESS.proxies
CSRF_TRUSTED_ORIGINS = list(_ADDRESS.origins)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _ADDRESS.secure
SECURE_HSTS_SECONDS = YEAR if _ADDRESS.secure else 0

# The launcher sets DATABASE_URL before Django starts when the database is the embedded one.
DATABASE_URL = os.environ.get("DATABASE_URL", "")
DATABASES = {"default": database_from_url(DATABASE_URL or "postgresql:///xiezhi")}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "axes",
    "procrastinate.contrib.django",
    "xiezhi.apps.registry",
    "xiezhi.apps.accounts",
    "xiezhi.apps.record",
    "xiezhi.apps.casework",
    "xiezhi.apps.review",
    "xiezhi.apps.paperwork",
    "xiezhi.apps.evidence",
    "xiezhi.apps.disclosure",
    "xiezhi.apps.portal",
]

MIDDLEWARE = [
    "xiezhi.site.proxy.TrustedProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "xiezhi.site.limits.RequestSizeMiddleware",
    "xiezhi.site.multipart.UploadNamesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "xiezhi.site.limits.PublicSizeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "xiezhi.apps.accounts.first_password.FirstPasswordMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "xiezhi.site.urls"
WSGI_APPLICATION = "xiezhi.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xiezhi.site.context.site",
            ],
            "builtins": ["xiezhi.site.templatetags.xz"],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "xiezhi.site.errors.csrf_failure"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
LOCALE_PATHS = [Path(__file__).parent / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = XIEZHI_HOME / "static"
STATICFILES_DIRS = [path for path in [CHECKOUT / "frontend" / "css", Path(__file__).parent / "static" / "dist"] if path.exists()]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

FILES_ROOT = XIEZHI_HOME / "files"
# Recordings lie in FILES_ROOT, or in a bucket with object lock; its keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
EVIDENCE_S3 = (
    {
        "bucket": os.environ["XIEZHI_EVIDENCE_S3_BUCKET"],
        "endpoint": os.environ.get("XIEZHI_EVIDENCE_S3_ENDPOINT", ""),
        "region": os.environ.get("XIEZHI_EVIDENCE_S3_REGION", ""),
    }
    if os.environ.get("XIEZHI_EVIDENCE_S3_BUCKET")
    else {}
)
LOG_KEY = XIEZHI_HOME / "keys" / "log"
LOG_PUBLISHED = XIEZHI_HOME / "log"
LOG_ORIGIN = os.environ.get("XIEZHI_LOG_ORIGIN", "")
# Who witnesses the log: `name key url; ...`, and how many of them a reader should ask for (0: none need have cosigned).
WITNESSES = os.environ.get("XIEZHI_WITNESSES", "")
WITNESS_QUORUM = int(os.environ.get("XIEZHI_WITNESS_QUORUM", "0"))
# An authority for time (RFC 3161): its address, and a PEM file with its root certificate (and, where it sends none, its own).
TSA = os.environ.get("XIEZHI_TSA", "")
TSA_ROOT = os.environ.get("XIEZHI_TSA_ROOT", "")

# The largest request body that is read at all, and the largest from anybody who is not signed in or outside the desk, in bytes.
PUBLIC_REQUEST_LIMIT = 60 * 1024**2
REQUEST_LIMIT = int(os.environ.get("XIEZHI_REQUEST_LIMIT", str(2 * 1024**3)))
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024**2
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024**2

# What is refreshed in the transaction of every act, in this order (docs/seams.md, apps/record).
XIEZHI_PROJECTIONS = [
    "xiezhi.apps.casework.service.project",
    "xiezhi.apps.disclosure.service.project",
    "xiezhi.apps.evidence.service.project",
]

# The tables that these write, with the column of the case: `xiezhi ledger verify` holds each row against the record (record/derived.py).
XIEZHI_DERIVED = [
    "casework.CaseFile.case",
    "casework.DutyRow.case",
    "disclosure.Publication.case",
    "disclosure.OwedPublication.case",
    "disclosure.CorrectionRequest.case",
    "evidence.DeviceCheck.case",
]

# Who keeps something of an act besides the derived rows, and lets it go when its body is destroyed lawfully, in the same transaction: each
# is called as forget(case, deleted, files, now), `deleted` being (id, kind) and `files` the digests that no entry names any more.
XIEZHI_FORGETTERS = ["xiezhi.apps.disclosure.service.forget", "xiezhi.apps.paperwork.service.forget", "xiezhi.apps.evidence.service.forget"]

# Who may hold a case: each a function of its id that answers why it is kept, or nothing. What is held is not deleted (record/deletion.py).
XIEZHI_HOLDS = ["xiezhi.apps.evidence.queries.held"]

# Who is told by the worker after an act is committed, each a function of the list of what was written; they defer jobs.
XIEZHI_AFTERWARDS = ["xiezhi.apps.record.stamps.after"]
# What the worker does when nobody waits for it: each is given the time and answers how much there was.
XIEZHI_UPKEEP = ["xiezhi.apps.evidence.service.upkeep"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"one_line": {"()": "xiezhi.site.errors.OneLine"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler"},
        "one_line": {"class": "logging.StreamHandler", "filters": ["one_line"]},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        # What a visitor did wrong is one line: the traceback would be Django's own.
        "django.security": {"level": "INFO", "handlers": ["one_line"], "propagate": False},
    },
}
