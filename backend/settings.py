"""Settings, read once from the environment: the same code from a laptop to many machines."""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pymysql
from corsheaders.defaults import default_headers
from django.core.management.utils import get_random_secret_key

from backend import env

BASE_DIR = Path(__file__).resolve().parents[1]
DATA_DIR = Path(env.text("CVD_DATA_DIR") or BASE_DIR / "var").resolve()
VERSION = "0.1.0"

DEBUG = env.boolean("CVD_DEBUG")
# Loopback always: health checks come from there.
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *env.listing("CVD_ALLOWED_HOSTS")]
CSRF_TRUSTED_ORIGINS = env.listing("CVD_TRUSTED_ORIGINS")
CORS_ALLOWED_ORIGINS = env.listing("CVD_CORS_ORIGINS")
# What a page at such an origin needs for tus, besides what is allowed anyway.
CORS_ALLOW_HEADERS = (
    *default_headers,
    "tus-resumable",
    "upload-length",
    "upload-offset",
    "upload-metadata",
    "upload-checksum",
    "x-http-method-override",
)
CORS_EXPOSE_HEADERS = (
    "location",
    "tus-resumable",
    "tus-version",
    "tus-extension",
    "tus-max-size",
    "tus-checksum-algorithm",
    "upload-offset",
    "upload-length",
    "upload-expires",
    "upload-metadata",
    "cvd-video-id",
)


def _secret_key() -> str:
    """The configured key, or one made at the first start and kept in the data folder."""
    if key := env.text("CVD_SECRET_KEY"):
        return key
    file = DATA_DIR / "secret_key"
    try:
        return file.read_text(encoding="ascii")
    except FileNotFoundError:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        key = get_random_secret_key()
        try:
            with open(file, "x", encoding="ascii", opener=_private) as handle:
                handle.write(key)
        except FileExistsError:  # another process was first
            return file.read_text(encoding="ascii")
        return key


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


SECRET_KEY = _secret_key()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "channels",
    "corsheaders",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "apps.common",
    "apps.accounts",
    "apps.projects",
    "apps.jobs",
    "apps.live",
    "apps.analysis",
    "apps.inspection",
    "apps.detectors",
    "apps.datasets",
    "apps.training",
    "apps.evidence",
    "apps.samples",
    "apps.operations",
]

MIDDLEWARE = [
    "apps.operations.middleware.RequestLogMiddleware",
    "apps.common.middleware.SecurityMiddleware",
    "apps.operations.middleware.StaticFilesMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "apps.common.middleware.SessionMiddleware",
    "apps.common.middleware.LocaleMiddleware",
    "apps.common.middleware.CommonMiddleware",
    "apps.common.middleware.CsrfViewMiddleware",
    "apps.common.middleware.AuthenticationMiddleware",
    "apps.common.middleware.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "backend.urls"
ASGI_APPLICATION = "backend.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]

# --- Database ---------------------------------------------------------------------------------

# Django's MySQL backend asks for mysqlclient; PyMySQL speaks the same protocol without a compiler.
pymysql.install_as_MySQLdb()

DATABASE_URL = env.text("CVD_DATABASE_URL", f"sqlite:///{quote(str(DATA_DIR / 'cvd.sqlite3'))}")
DATABASES = {
    "default": env.database(env.with_password(DATABASE_URL, env.text("CVD_DATABASE_PASSWORD")))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis: broker, event log, cache, who is alive ---------------------------------------------

# The embedded Redis listens on a unix socket; `manage.py up` starts it.
REDIS_SOCKET = env.redis_socket(DATA_DIR)
REDIS_IS_EMBEDDED = not env.text("CVD_REDIS_URL")
REDIS_URL = (
    f"unix://{REDIS_SOCKET}"
    if REDIS_IS_EMBEDDED
    else env.with_password(env.text("CVD_REDIS_URL"), env.text("CVD_REDIS_PASSWORD"))
)
# Everything this installation keeps in Redis begins with this, so that one server can hold several.
REDIS_PREFIX = env.text("CVD_REDIS_PREFIX", "cvd")

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": f"{REDIS_PREFIX}:cache",
    }
}
# --- Celery -----------------------------------------------------------------------------------


def _broker_url() -> str:
    if url := env.text("CVD_BROKER_URL"):
        return url
    # kombu names unix sockets redis+socket://
    return REDIS_URL.replace("unix://", "redis+socket://", 1)


CELERY_BROKER_URL = _broker_url()
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "io"
CELERY_TASK_ROUTES = {"analysis.*": {"queue": "gpu"}}
# A worker waits for its broker as long as it takes; whoever sends fails within seconds instead.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "global_keyprefix": f"{REDIS_PREFIX}:celery:",
        "visibility_timeout": 3600,
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
    }
    if "redis" in CELERY_BROKER_URL
    else {}
)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BEAT_SCHEDULER = "apps.jobs.clock:LocalScheduler"
CELERY_BEAT_SCHEDULE = {"reap": {"task": "jobs.reap", "schedule": 5.0}}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")

# --- Files ------------------------------------------------------------------------------------

MEDIA_ROOT = DATA_DIR / "media"
UPLOAD_ROOT = DATA_DIR / "uploads"
DETECTOR_ROOT = DATA_DIR / "detectors"
# What comes in to become a detector or an evaluation set.
DETECTOR_INBOX = DATA_DIR / "detector-inbox"
EVALUATION_ROOT = DATA_DIR / "evaluation"
DATASET_ROOT = DATA_DIR / "datasets"
TRAINING_ROOT = DATA_DIR / "training"
EVIDENCE_ROOT = DATA_DIR / "evidence"
# The detector that the program brings; registered by the first start that finds it.
DETECTOR_STARTER = BASE_DIR / "workers" / "detect" / "starter"
# Django spools uploaded files; on the data disk they cannot fill a small /tmp.
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "tmp"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
UPLOAD_MAX_BYTES = env.integer("CVD_UPLOAD_MAX_GIB", 64, minimum=1) * 2**30
UPLOAD_EXPIRES_AFTER = timedelta(hours=env.integer("CVD_UPLOAD_EXPIRE_HOURS", 48, minimum=1))
USER_QUOTA_BYTES = env.integer("CVD_USER_QUOTA_GIB", 500, minimum=1) * 2**30
DISK_RESERVE_BYTES = env.integer("CVD_DISK_RESERVE_MIB", 2048) * 2**20
DETECTOR_MAX_BYTES = env.integer("CVD_DETECTOR_MAX_MIB", 2048, minimum=1) * 2**20
EVALUATION_SET_MAX_BYTES = env.integer("CVD_EVALUATION_SET_MAX_MIB", 8192, minimum=1) * 2**20
# For a mirror of models inside the house: downloads from loopback and private networks.
DOWNLOADS_ALLOW_PRIVATE = env.boolean("CVD_ALLOW_PRIVATE_DOWNLOADS")
# By how much AP may drop, in percent points of 100, when a detector takes the place of another.
DETECTOR_GATE_MARGIN = env.integer("CVD_DETECTOR_GATE_MARGIN_PERCENT", 1) / 100
# A front server such as nginx may send files itself: the internal location it serves MEDIA_ROOT at.
ACCEL_REDIRECT_PREFIX = env.text("CVD_ACCEL_REDIRECT")

# --- Jobs -------------------------------------------------------------------------------------

JOB_LEASE = timedelta(seconds=env.integer("CVD_JOB_LEASE_SECONDS", 30, minimum=2))
JOB_MAX_ATTEMPTS = 3
SEGMENT_SECONDS = 30.0

# --- People -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "apps.common.errors.csrf_failure_view"
HTTPS = env.boolean("CVD_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# How many proxies in front of the web server add to X-Forwarded-For; 0 trusts none of it.
TRUSTED_PROXIES = env.integer("CVD_TRUSTED_PROXIES", 0)

# --- API --------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.accounts.authentication.TokenAuthentication",
        "apps.accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.common.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "apps.common.pagination.PageNumberPagination",
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.SearchFilter",
        "apps.common.filters.OrderingFilter",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "apps.common.errors.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "CVD-MIS",
    "DESCRIPTION": "Concrete Vibration Detection: projects, videos, runs and what was found.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "RoleEnum": "apps.accounts.models.Role",
        "ProjectStatusEnum": "apps.projects.api.serializers.STATUS_NAMES",
        "MemberRoleEnum": "apps.projects.models.MemberRole",
        "JobStateEnum": "apps.jobs.models.JobState",
        "TrainingPhaseEnum": "apps.training.models.TrainingPhase",
        "JobStateOrNoneEnum": "apps.detectors.api.serializers.STATES_OR_NONE",
        "SplitEnum": "apps.datasets.models.Split",
        "EvaluationSetSplitEnum": "apps.detectors.api.requests.SET_SPLITS",
        "DetectorStateEnum": "apps.detectors.models.DetectorState",
        "VideoStateEnum": "apps.projects.models.VideoState",
        "FindingStateEnum": "apps.inspection.models.FindingState",
        "FindingVerdictEnum": "apps.inspection.models.Verdict",
        "ReportFormatEnum": "apps.evidence.models.ReportFormat",
        "ReportLanguageEnum": "apps.evidence.models.ReportLanguage",
        "CalibrationQualityGradeEnum": "apps.inspection.api.serializers.sites.CALIBRATION_GRADES",
        "SeverityEnum": "apps.inspection.models.Severity",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.common.schema.refusals_document",
    ],
}

# --- Language, time, static files -------------------------------------------------------------

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
# What `npm run build` makes; served from the root, so that index.html finds its assets.
FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
WHITENOISE_ROOT = FRONTEND_DIST if FRONTEND_DIST.is_dir() else None
# Vite names assets by their content.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/assets/"
WHITENOISE_ALLOW_ALL_ORIGINS = False

# --- Figures ----------------------------------------------------------------------------------

# With a token, /metrics wants `Authorization: Bearer TOKEN`; without, it answers on loopback only.
METRICS_TOKEN = env.text("CVD_METRICS_TOKEN")

# --- Logs -------------------------------------------------------------------------------------

LOG_LEVEL = env.text("CVD_LOG_LEVEL", "INFO").upper()
LOG_HANDLERS = env.log_handlers(
    env.text("CVD_LOG_FILE"), console_format=env.text("CVD_LOG_FORMAT", "plain")
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "apps.operations.logs.JsonFormatter"},
    },
    "filters": {"request_id": {"()": "apps.operations.logs.RequestIdFilter"}},
    "handlers": LOG_HANDLERS,
    "root": {"handlers": list(LOG_HANDLERS), "level": LOG_LEVEL},
    "loggers": {
        # each request has its own line, so Django's lines for refused ones would say it twice
        "django.request": {"level": "ERROR"},
        # three lines for every look of the reaper; a task that fails is an ERROR
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
