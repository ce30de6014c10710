"""Settings that are each right and wrong together; `manage.py check` and every start ask them."""

import ipaddress
import shutil
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

SECRET_LENGTH = 40


@register()
def settings_check(**kwargs: Any) -> list[CheckMessage]:
    return [*_reach_check(), *_parts_check(), *_files_check()]


def _reach_check() -> list[CheckMessage]:
    """What changes when others than this machine can reach the server."""
    public = [host for host in settings.ALLOWED_HOSTS if not _is_loopback(host)]
    found: list[CheckMessage] = []
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error(
                "CVD_ALLOWED_HOSTS is *: a request could choose the name in links.",
                hint="Name the hosts under which people reach the server.",
                id="cvd.E001",
            )
        )
    if public and settings.DEBUG:
        found.append(
            Error(
                f"CVD_DEBUG=1 together with {public[0]} in CVD_ALLOWED_HOSTS would show settings "
                "and code to strangers.",
                hint="Leave CVD_DEBUG out.",
                id="cvd.E002",
            )
        )
    if public and not settings.HTTPS:
        found.append(
            Warning(
                f"{public[0]} is served without HTTPS: passwords travel in the clear.",
                hint="Put a proxy with TLS in front and set CVD_HTTPS=1.",
                id="cvd.W001",
            )
        )
    if settings.HTTPS and not settings.TRUSTED_PROXIES:
        found.append(
            Warning(
                "CVD_HTTPS=1 believes a proxy's X-Forwarded-Proto, but CVD_TRUSTED_PROXIES is 0: "
                "log-in tries of everybody count as one address's.",
                hint="Set CVD_TRUSTED_PROXIES to the number of proxies in front.",
                id="cvd.W002",
            )
        )
    return found


def _parts_check() -> list[CheckMessage]:
    """Parts that would not find each other."""
    found: list[CheckMessage] = []
    if settings.REDIS_IS_EMBEDDED and not settings.DATABASE_URL.startswith("sqlite:"):
        found.append(
            Warning(
                "The database is a server's, but Redis is this machine's own: workers on other "
                "machines cannot take part.",
                hint="Set CVD_REDIS_URL for more than one machine.",
                id="cvd.W003",
            )
        )
    if len(settings.SECRET_KEY) < SECRET_LENGTH:
        found.append(
            Error(
                f"CVD_SECRET_KEY has fewer than {SECRET_LENGTH} characters.",
                hint="Leave it out to have one made, or make one with "
                "python -c 'import secrets; print(secrets.token_urlsafe(50))'.",
                id="cvd.E003",
            )
        )
    return found


def _files_check() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    prefix = settings.ACCEL_REDIRECT_PREFIX
    if prefix and not (prefix.startswith("/") and prefix.endswith("/")):
        found.append(
            Error(
                f"CVD_ACCEL_REDIRECT must begin and end with a slash, not {prefix!r}.",
                id="cvd.E004",
            )
        )
    if shutil.disk_usage(settings.DATA_DIR).total <= settings.DISK_RESERVE_BYTES:
        found.append(
            Error(
                "CVD_DISK_RESERVE_MIB is more than the whole disk: every upload would be refused.",
                id="cvd.E005",
            )
        )
    return found


def _is_loopback(host: str) -> bool:
    name = host.strip("[]")
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
