"""Django's settings, all of them derived from the environment table (`environment.SETTINGS`).

Nothing here reads the environment by itself: what an operator may change is in that table and nowhere else.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

import dj_database_url
from csp.constants import NONE, SELF

from recado.conf.environment import read_environment
from recado.conf.home import prepare_home, secret_key
from recado.conf.sqlite import database_options, install_safe_sqlite

_environment = read_environment(os.environ)

RECADO_HOME = cast(Path, _environment["HOME"])
RECADO_HTTP_ADDRESS = cast(str, _environment["HTTP_ADDRESS"])
RECADO_WEB_WORKERS = cast(int, _environment["WEB_WORKERS"])
RECADO_WEB_THREADS = cast(int, _environment["WEB_THREADS"])
RECADO_COMPANY = cast(str, _environment["COMPANY"])
RECADO_COMPANY_PHONE = cast(str, _environment["COMPANY_PHONE"])
RECADO_SUCCESS_REASONS = cast(tuple[int, ...], _environment["SUCCESS_REASONS"])
RECADO_PACE = cast(float, _environment["PACE"])
RECADO_SEND_DEADLINE = cast(float, _environment["SEND_DEADLINE"])
RECADO_PHONE_CHECK_SECONDS = cast(float, _environment["PHONE_CHECK_SECONDS"])
RECADO_SIM_PINS = cast(dict[str, str], _environment["SIM_PINS"])
RECADO_OPT_OUT_WORDS = cast(tuple[str, ...], _environment["OPT_OUT_WORDS"])
RECADO_ALARM_EMAIL = cast(tuple[str, ...], _environment["ALARM_EMAIL"])
RECADO_ALARM_WEBHOOK = cast(str, _environment["ALARM_WEBHOOK"])
RECADO_ALARM_WEBHOOK_SECRET = cast(str, _environment["ALARM_WEBHOOK_SECRET"])
RECADO_WEBHOOK_NETWORKS = cast(str, _environment["WEBHOOK_NETWORKS"])
RECADO_ALARM_PHONE_DOWN_MINUTES = cast(int, _environment["ALARM_PHONE_DOWN_MINUTES"])
RECADO_ALARM_GATEWAY_MINUTES = cast(int, _environment["ALARM_GATEWAY_MINUTES"])
RECADO_ALARM_OLDEST_URGENT_MINUTES = cast(int, _environment["ALARM_OLDEST_URGENT_MINUTES"])
RECADO_ALARM_ERROR_PERCENT = cast(int, _environment["ALARM_ERROR_PERCENT"])
RECADO_SMTP_URL = cast(str, _environment["SMTP_URL"])
RECADO_MAIL_FROM = cast(str, _environment["MAIL_FROM"])
RECADO_PUBLIC_URL = cast(str, _environment["PUBLIC_URL"])
RECADO_GSAN_DATABASE_URL = cast(str, _environment["GSAN_DATABASE_URL"])
RECADO_GSAN_NINTH_DIGIT = cast(bool, _environment["GSAN_NINTH_DIGIT"])
RECADO_GSAN_WRITE_BACK_URL = cast(str, _environment["GSAN_WRITE_BACK_URL"])
RECADO_BATCH_MAX_MB = cast(int, _environment["BATCH_MAX_MB"])
RECADO_BILL_SOURCE = cast(str, _environment["BILL_SOURCE"])
RECADO_LOG_LEVEL = cast(str, _environment["LOG_LEVEL"])
RECADO_DEMO = cast(bool, _environment["DEMO"])
RECADO_EMULATOR_CONTROL = cast("Path | None", _environment["EMULATOR_CONTROL"]) or RECADO_HOME / "run" / "emulator.sock"
RECADO_HTTPS = cast(bool, _environment["HTTPS"])
RECADO_PROXIES = cast(int, _environment["PROXIES"])

prepare_home(RECADO_HOME)
SQLITE_VERSION = install_safe_sqlite()

DEBUG = cast(bool, _environment["DEBUG"])
SECRET_KEY = cast(str, _environment["SECRET_KEY"]) or secret_key(RECADO_HOME)
ALLOWED_HOSTS = list(cast(tuple[str, ...], _environment["ALLOWED_HOSTS"]))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "recado.parameters",
    "recado.people",
    "recado.clients",
    "recado.phones",
    "recado.outbox",
    "recado.mail",
    "recado.inbox",
    "recado.reports",
    "recado.pairing",
    "recado.alarms",
    "recado.webhooks",
    "recado.batches",
    "recado.evaluations",
    "recado.service_requests",
    "recado.playsms",
    "recado.gsan",
    "recado.api",
    "recado.billing",
    "recado.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages; their secrets are masked anew each time, and Django adds random bytes against guessing by size.
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "recado.web.middleware.sliding_session",
    "recado.web.middleware.page_for_wrong_method",
    "recado.web.middleware.own_password_first",
    "recado.web.middleware.LoginFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "recado.conf.urls"
WSGI_APPLICATION = "recado.conf.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "recado.web.context.house",
            ],
        },
    }
]


def _database(url: str) -> dict[str, Any]:
    config = cast(
        dict[str, Any],
        dj_database_url.parse(
            url or f"sqlite:///{RECADO_HOME / 'recado.db'}", conn_max_age=600, conn_health_checks=True
        ),
    )
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = database_options(SQLITE_VERSION)
    return config


DATABASES = {"default": _database(cast(str, _environment["DATABASE_URL"]))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours: the screen says "15 minutos"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# Behind the HTTPS proxy every address is the proxy's, and a stranger's guesses would shut a colleague out.
AXES_CLIENT_IP_CALLABLE = "recado.people.origin.address_of"
AXES_LOCKOUT_CALLABLE = "recado.web.views.session.locked_out"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address"]

SESSION_COOKIE_AGE = cast(int, _environment["SESSION_HOURS"]) * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "recado.web.views.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = RECADO_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if RECADO_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if RECADO_HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

LANGUAGE_CODE = "pt-br"
TIME_ZONE = cast(str, _environment["TIME_ZONE"])
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = RECADO_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["recado.api.authentication.BearerToken"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["recado.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "recado.api.problems.handle",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Recado",
    "VERSION": "1",
    "DESCRIPTION": "Avisa por SMS os clientes de uma companhia de água, e diz o que foi feito de cada aviso.",
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "recado.api.schema.add_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "MessageStatus": "recado.outbox.models.Status",
        "RequestStatus": "recado.service_requests.models.RequestStatus",
        "PhoneCondition": "recado.phones.models.Condition",
        "BatchState": "recado.batches.models.State",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "recado": {"level": RECADO_LOG_LEVEL},
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
