"""Typed readers of the environment that fail loudly; a secret also comes from NAME_FILE."""

import hashlib
import os
import re
import ssl
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

MYSQL_SILENCE_SECONDS = 50


def text(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file that NAME_FILE names, or the default."""
    if name in os.environ:
        return os.environ[name]
    if file := os.environ.get(f"{name}_FILE"):
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}") from error
    return default


def boolean(name: str, default: bool = False) -> bool:
    value = text(name, "1" if default else "0").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")


def integer(name: str, default: int, *, minimum: int = 0) -> int:
    value = text(name, str(default))
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from None
    if number < minimum:
        raise ImproperlyConfigured(f"{name} must be at least {minimum}, not {number}")
    return number


def listing(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Comma-separated words."""
    value = text(name, ",".join(default))
    return [word.strip() for word in value.split(",") if word.strip()]


def database(url: str) -> dict[str, object]:
    """Django's database settings from `sqlite:///PATH` or `mysql://user:password@host:port/name`.

    For MySQL, `?ssl_ca=FILE` (and `ssl_cert=`, `ssl_key=`) asks for TLS and checks the server's
    name; other options, such as `unix_socket=/path` or `read_timeout=120`, are passed on.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            # three slashes before a relative path, four before an absolute one
            "NAME": unquote(parts.path[1:]),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;"
                ),
            },
        }
    if parts.scheme in {"mysql", "mariadb"}:
        options = dict(parse_qsl(parts.query))
        numbers = {name: int(value) for name, value in options.items() if value.isdecimal()}
        return {
            "ENGINE": "django.db.backends.mysql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "127.0.0.1",
            "PORT": parts.port or 3306,
            # Under ASGI each request has a thread of its own: a connection that outlived it would
            # serve nobody, and such ones would add up to the server's limit.
            "CONN_MAX_AGE": 0,
            "OPTIONS": {
                "charset": "utf8mb4",
                "connect_timeout": 5,
                # A server that hangs becomes an error, and that a 503, before proxies give up on
                # us (60 s). No statement of ours is silent for so long, not even one that waits
                # for a lock; those of `migrate` may be, and it takes the limit away.
                "read_timeout": MYSQL_SILENCE_SECONDS,
                "write_timeout": MYSQL_SILENCE_SECONDS,
                "isolation_level": "read committed",
                "init_command": "SET sql_mode='STRICT_TRANS_TABLES', innodb_lock_wait_timeout=20",
                **_mysql_tls(options),
                **options,
                **numbers,
            },
            "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"},
        }
    raise ImproperlyConfigured(
        f"CVD_DATABASE_URL must begin with sqlite:// or mysql://, not {parts.scheme!r}"
    )


def _mysql_tls(options: dict[str, str]) -> dict[str, object]:
    """TLS as the options ask for it, which are taken out.

    Left alone, PyMySQL reads the system's certificates anew for every connection, which costs more
    than the request that wants it, and then checks nothing with them.
    """
    authority = options.pop("ssl_ca", None)
    if authority is None:
        return {"ssl_disabled": True}
    context = ssl.create_default_context(cafile=authority)
    if certificate := options.pop("ssl_cert", None):
        context.load_cert_chain(certificate, options.pop("ssl_key", None))
    return {"ssl": context}


def with_password(url: str, password: str) -> str:
    """The URL with a password that came by another way, such as a secret's file."""
    parts = urlsplit(url)
    if not password or parts.password is not None:
        return url
    user, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}").geturl()


def redis_socket(data_dir: Path) -> Path:
    """Where the embedded Redis listens: in the data folder, if its name fits.

    A socket's name may have about 100 bytes, and not every client takes more than plain letters in
    it. Any other data folder gets a short name that follows from its own.
    """
    path = data_dir / "redis.sock"
    if len(str(path)) <= 100 and re.fullmatch(r"[A-Za-z0-9/._-]+", str(path)):
        return path
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path("/tmp") / f"cvd-{os.getuid()}-{digest}" / "redis.sock"


def log_handlers(file: str, *, console_format: str) -> dict[str, dict[str, object]]:
    """Where log records go: to stderr, and as JSON lines to a file that is rotated."""
    if console_format not in {"plain", "json"}:
        raise ImproperlyConfigured(f"CVD_LOG_FORMAT must be plain or json, not {console_format!r}")
    handlers: dict[str, dict[str, object]] = {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": console_format,
            "filters": ["request_id"],
        }
    }
    if file:
        handlers["file"] = {
            "class": "logging.handlers.RotatingFileHandler",
            "filename": file,
            "maxBytes": 20 * 2**20,
            "backupCount": 5,
            "encoding": "utf-8",
            "formatter": "json",
            "filters": ["request_id"],
        }
    return handlers
