"""Settings, read from the environment with safe defaults."""

import os
from urllib.parse import urlsplit

from garrison.config.databases import databases
from garrison.config.home import address, home_folder, networks, secret_key, time_zone

HOME = home_folder()
DEBUG = os.environ.get("GARRISON_DEBUG") == "1"
SECRET_KEY = secret_key(HOME)
GARRISON_URL = address(HOME)
_HTTPS = GARRISON_URL.startswith("https://")
ALLOWED_HOSTS = [
    host for host in os.environ.get("GARRISON_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if host.strip()
] + [urlsplit(GARRISON_URL).hostname or "localhost"]
CSRF_TRUSTED_ORIGINS = [GARRISON_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_cotton",
    "django_tasks",
    "django_tasks_db",
    "axes",
    "garrison.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "garrison.core",
    "garrison.apps.organization",
    "garrison.apps.people",
    "garrison.apps.threats",
    "garrison.apps.assets",
    "garrison.apps.access",
    "garrison.apps.vulnerabilities",
    "garrison.apps.controls",
    "garrison.apps.policies",
    "garrison.apps.compliance",
    "garrison.apps.incidents",
    "garrison.apps.risk",
    "garrison.apps.budget",
    "garrison.apps.strategy",
]
MIDDLEWARE = [
    "garrison.web.middleware.TrustedProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "garrison.web.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "garrison.core.http.RefusedMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "garrison.web.context.frame",
            ],
        },
    }
]
ROOT_URLCONF = "garrison.config.urls"
WSGI_APPLICATION = "garrison.config.wsgi.application"

DATABASES = databases(HOME, os.environ.get("DATABASE_URL", ""))
DATABASE_ROUTERS = ["garrison.core.routing.JobsRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LAKE_FOLDER = HOME / "lake"
UPLOAD_FOLDER = HOME / "uploads"
STAGING_FOLDER = HOME / "staging"
EVIDENCE_FOLDER = HOME / "evidence"
SIGNING_KEY = HOME / "signing.key"

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
GARRISON_SENDS_MAIL = bool(os.environ.get("GARRISON_MAIL_HOST"))  # reminders go out by e-mail only then
EMAIL_HOST = os.environ.get("GARRISON_MAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("GARRISON_MAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("GARRISON_MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("GARRISON_MAIL_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("GARRISON_MAIL_TLS", "1") == "1"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("GARRISON_MAIL_FROM", "garrison@localhost")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 24 * 3600  # how long a one-time link lives
ACCOUNT_ADAPTER = "garrison.web.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Garrison"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_VERBOSE = False

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
TRUSTED_PROXIES = networks(os.environ.get("GARRISON_TRUSTED_PROXIES", ""))
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = time_zone(HOME)
STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(mode=0o700, exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024**2
FILE_UPLOAD_TEMP_DIR = str(HOME)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10_000
SILENCED_SYSTEM_CHECKS = ["axes.W003"]

_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": _LINE},
        "one line": {"()": "garrison.config.logs.OneLine", "format": _LINE},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "refused": {"class": "logging.StreamHandler", "formatter": "one line"},
    },
    "loggers": {"django.security.DisallowedHost": {"handlers": ["refused"], "propagate": False}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
