"""How is this installation set up? Everything comes from the environment; see docs/production.md for each variable.

Unset, the variables give a developer's machine: servers and keys of its own under `.data`, all mail to the simulator.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from config.env import env_bool, env_int, env_ints, env_list, env_secret, env_str
from config.keys import read_keys
from config.servers import find_servers

BASE_DIR = Path(__file__).resolve().parent.parent

# Environment -----------------------------------------------------------------------------------------------------

POSTRIDER_ENV = env_str("POSTRIDER_ENV", "development", choices=("development", "test", "production"))
IS_PRODUCTION = POSTRIDER_ENV == "production"
DEBUG = env_bool("DEBUG", default=POSTRIDER_ENV == "development")

# Servers' files, keys and journals of a developer's machine; relative to the checkout, never in git.
POSTRIDER_DATA_DIR = BASE_DIR / env_str("POSTRIDER_DATA_DIR", ".data")

# The address that mails and webhooks point to, without a slash at its end.
POSTRIDER_PUBLIC_URL = env_str("POSTRIDER_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")

# Raise on a bad event in place of keeping it as refused: for those who write the code that raises it.
POSTRIDER_STRICT = env_bool("POSTRIDER_STRICT", default=DEBUG or POSTRIDER_ENV == "test")
POSTRIDER_DEMO = env_bool("POSTRIDER_DEMO", default=not IS_PRODUCTION)

# Keys ------------------------------------------------------------------------------------------------------------

_keys = read_keys(file=None if IS_PRODUCTION else POSTRIDER_DATA_DIR / "keys.json")
SECRET_KEY = _keys["SECRET_KEY"]
# Comma-separated, newest first: the first seals and signs, all of them open and verify. Never drop a signing key
# while mail that it signed is about: its unsubscribe links must work for ever.
POSTRIDER_VAULT_KEYS = _keys["POSTRIDER_VAULT_KEYS"].split(",")
POSTRIDER_SIGNING_KEYS = _keys["POSTRIDER_SIGNING_KEYS"].split(",")
# Never changes: with another key, suppressed people would be written to again.
POSTRIDER_SUPPRESSION_KEY = _keys["POSTRIDER_SUPPRESSION_KEY"]

# Applications ----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",  # before the admin, whose templates it replaces
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "anymail",
    "django_filters",
    "django_htmx",
    "django_rq",
    "preferences",
    "tracking",
    "notifications",
    "campaigns",
    *(["demo"] if POSTRIDER_DEMO else []),
    "config",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Requests --------------------------------------------------------------------------------------------------------

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.policy.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.languages.ConsoleLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
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

# Ledger and doorbell ---------------------------------------------------------------------------------------------

_database, REDIS_URL = find_servers(
    POSTRIDER_DATA_DIR,
    # Production has no servers of its own to fall back on.
    database_url=env_secret("DATABASE_URL", None if IS_PRODUCTION else ""),
    redis_url=env_secret("REDIS_URL", None if IS_PRODUCTION else ""),
)
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **_database,
        # Workers and web threads live long: each keeps its connection, and looks whether it still lives.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # PgBouncer in transaction mode hands every transaction another connection: nothing may outlive one.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    },
}

# One queue a stream, most urgent first, and one for webhooks; config/queues.py speaks of the same names.
RQ_QUEUES: dict[str, dict[str, Any]] = {
    queue: {
        "URL": REDIS_URL,
        "SERIALIZER": "rq.serializers.JSONSerializer",  # the default would be pickle
        "DEFAULT_TIMEOUT": -1,  # RQ's alarm could strike between a provider's accept and our commit; leases guard
    }
    for queue in ("critical", "transactional", "notification", "marketing", "webhooks")
}

# Mail ------------------------------------------------------------------------------------------------------------

POSTRIDER_SIMULATOR_URL = env_str("POSTRIDER_SIMULATOR_URL", "http://127.0.0.1:8025").rstrip("/")
POSTRIDER_SIMULATOR_SMTP = env_str("POSTRIDER_SIMULATOR_SMTP", "127.0.0.1:8026")
# Outside production mail goes to the simulator, unless this is on; then only to these addresses or @domains.
POSTRIDER_ALLOW_REAL_PROVIDERS = env_bool("POSTRIDER_ALLOW_REAL_PROVIDERS", default=IS_PRODUCTION)
POSTRIDER_ALLOWED_RECIPIENTS = env_list("POSTRIDER_ALLOWED_RECIPIENTS")

# What every template may show of the sender; the law wants the postal address in marketing mail.
POSTRIDER_BRAND = {
    "name": env_str("POSTRIDER_BRAND_NAME", "Postrider"),
    "address": env_str("POSTRIDER_BRAND_ADDRESS", "1 Example Street, Springfield"),
    "url": env_str("POSTRIDER_BRAND_URL", POSTRIDER_PUBLIC_URL),
    "logo_url": env_str("POSTRIDER_BRAND_LOGO_URL", ""),
    "color": env_str("POSTRIDER_BRAND_COLOR", "#4f46e5"),
}

# Who mail is from, by stream; a stream of its own keeps its reputation to itself.
POSTRIDER_SENDERS = {
    "default": env_str("POSTRIDER_FROM", "Postrider <hello@postrider.example>"),
    **{
        stream: env_str(f"POSTRIDER_FROM_{stream.upper()}", "")
        for stream in ("critical", "transactional", "notification", "marketing")
    },
}

# Where the company is at home: the clocks of quiet hours and digests for contacts whose time zone is unknown.
POSTRIDER_TIME_ZONE = env_str("POSTRIDER_TIME_ZONE", "UTC")
# Who has neither clicked nor bought for so many days gets one marketing mail a week, then none; 0 switches it off.
POSTRIDER_SUNSET_LESS_DAYS = env_int("POSTRIDER_SUNSET_LESS_DAYS", 60)
POSTRIDER_SUNSET_STOP_DAYS = env_int("POSTRIDER_SUNSET_STOP_DAYS", 180)
# Whether who asks for a campaign's approval may also give it, and how late one still begins by itself.
POSTRIDER_SELF_APPROVAL = env_bool("POSTRIDER_SELF_APPROVAL", default=not IS_PRODUCTION)
POSTRIDER_CAMPAIGN_LATE_MINUTES = env_int("POSTRIDER_CAMPAIGN_LATE_MINUTES", 30)
# Names of the events that are purchases: they count as engagement, more than a click.
POSTRIDER_PURCHASE_EVENTS = frozenset(env_list("POSTRIDER_PURCHASE_EVENTS", "order.placed"))
# When a day's or a week's digest leaves, by the clock of its reader; 0 is Monday.
POSTRIDER_DIGEST_HOUR = env_int("POSTRIDER_DIGEST_HOUR", 9)
POSTRIDER_DIGEST_WEEKDAY = env_int("POSTRIDER_DIGEST_WEEKDAY", 0)

# The domain whose mail comes in by a provider's webhook; unset, List-Unsubscribe names no mailbox.
POSTRIDER_INBOUND_DOMAIN = env_str("POSTRIDER_INBOUND_DOMAIN", "").lower()

# How long a worker may hold mails without a sign; far longer than a provider call takes.
POSTRIDER_LEASE_SECONDS = env_int("POSTRIDER_LEASE_SECONDS", 90)

# Which fields of a Django user go where at its contact ("first_name=first_name,attribute:plan=profile.plan"); empty:
# users and contacts are not kept in step. And whether the contact is erased when its user is deleted.
POSTRIDER_USER_FIELDS = env_list("POSTRIDER_USER_FIELDS")
POSTRIDER_ERASE_WITH_USER = env_bool("POSTRIDER_ERASE_WITH_USER", default=False)

# How many days the reports of providers and readers are kept as they came.
POSTRIDER_CLICK_WINDOW_HOURS = env_int("POSTRIDER_CLICK_WINDOW_HOURS", 7 * 24)
POSTRIDER_OPEN_WINDOW_HOURS = env_int("POSTRIDER_OPEN_WINDOW_HOURS", 24)
POSTRIDER_FIGURE_DAYS = env_int("POSTRIDER_FIGURE_DAYS", 730)
POSTRIDER_RECEIPT_DAYS = env_int("POSTRIDER_RECEIPT_DAYS", 30)

# What may be fetched from addresses that people write: the ports, and whether this installation's own address counts
# although it is not public (a developer's machine, a host that reaches itself from inside).
POSTRIDER_OUTBOUND_PORTS = env_ints("POSTRIDER_OUTBOUND_PORTS", "80,443")
POSTRIDER_OUTBOUND_OWN_HOST = env_bool("POSTRIDER_OUTBOUND_OWN_HOST", default=not IS_PRODUCTION)

# How sending domains are looked up. Blocklists do not answer public resolvers; empty servers: this machine's.
POSTRIDER_DNS_SERVERS = env_list("POSTRIDER_DNS_SERVERS")
POSTRIDER_IP_BLOCKLISTS = env_list("POSTRIDER_IP_BLOCKLISTS", "zen.spamhaus.org,bl.spamcop.net")
POSTRIDER_DOMAIN_BLOCKLISTS = env_list("POSTRIDER_DOMAIN_BLOCKLISTS", "dbl.spamhaus.org")

ANYMAIL = {
    "DEBUG_API_REQUESTS": False,  # would print whole mails
    "REQUESTS_TIMEOUT": (5, 20),  # seconds to connect, to read; far below a lease
}

# Django's own mail (a staff password reset, an error report), which does not pass through the ledger.
_smtp_host, _smtp_port = POSTRIDER_SIMULATOR_SMTP.rsplit(":", 1)
EMAIL_HOST = env_str("EMAIL_HOST", "localhost") if IS_PRODUCTION else _smtp_host
EMAIL_PORT = env_int("EMAIL_PORT", 25) if IS_PRODUCTION else int(_smtp_port)
EMAIL_TIMEOUT = 10

# Security --------------------------------------------------------------------------------------------------------

ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", None if IS_PRODUCTION else "127.0.0.1,localhost,[::1],testserver")
CSRF_TRUSTED_ORIGINS = [POSTRIDER_PUBLIC_URL]
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = IS_PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_PRODUCTION else 0
# Believe X-Forwarded-Proto only where a proxy of ours overwrites it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("POSTRIDER_BEHIND_PROXY", False) else None
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains: they may belong to others
    "security.W021",  # HSTS preload: the whole domain's decision, not ours
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# Languages and time ----------------------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "preferences" / "locale"]  # people's pages; the console speaks English
FORMAT_MODULE_PATH = ["config.formats"]  # one way to write a date, on all screens

# Static files ----------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not IS_PRODUCTION  # serve straight from the apps, no collectstatic
_plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
_hashed = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _hashed if IS_PRODUCTION else _plain},
}
MEDIA_ROOT = POSTRIDER_DATA_DIR / "media"

# Console ---------------------------------------------------------------------------------------------------------

LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Postrider",
    "SITE_HEADER": "Postrider",
    "SITE_SUBHEADER": _("What was sent, and why"),
    "SITE_SYMBOL": "mark_email_read",
    "SITE_URL": None,  # the console is the site
    "SHOW_HISTORY": True,
    "SHOW_BACK_BUTTON": False,
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {  # indigo: AA on white at 600, AA on the dark ground at 400
            "50": "#eef2ff",
            "100": "#e0e7ff",
            "200": "#c7d2fe",
            "300": "#a5b4fc",
            "400": "#818cf8",
            "500": "#6366f1",
            "600": "#4f46e5",
            "700": "#4338ca",
            "800": "#3730a3",
            "900": "#312e81",
            "950": "#1e1b4b",
        },
    },
    "STYLES": ["config.console.stylesheet"],
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "config.console.favicon"}],
    "ENVIRONMENT": "config.console.environment_badge",
    "DASHBOARD_CALLBACK": "campaigns.console.fill_overview",
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": "config.console.navigation"},
}

# Logs ------------------------------------------------------------------------------------------------------------

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # Django would add handlers of its own: a second line a warning, and error mails with request bodies.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        "postrider": {"level": env_str("LOG_LEVEL", "INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR"))},
    },
}
