"""The MariaDB and the Redis server that tests may use, next to others."""

import os
from typing import Any
from urllib.parse import urlsplit

import pymysql
import redis

SERVICES_DATABASE_URL = os.environ.get(
    "CVD_TEST_DATABASE_URL", "mysql://root@127.0.0.1:3306/cvd_mis"
)
SERVICES_REDIS_URL = os.environ.get("CVD_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")


def services_missing() -> str | None:
    """Why the set-up with servers cannot be used, or None when it can."""
    try:
        mysql_execute("SELECT 1")
    except pymysql.MySQLError as error:
        return f"MariaDB cannot be reached at {SERVICES_DATABASE_URL}: {error}"
    try:
        with redis.Redis.from_url(SERVICES_REDIS_URL, socket_timeout=2) as client:
            client.ping()
    except redis.RedisError as error:
        return f"Redis cannot be reached at {SERVICES_REDIS_URL}: {error}"
    return None


def redis_keys_delete(prefix: str) -> None:
    """Takes away what one system kept in a Redis server that others use too."""
    with redis.Redis.from_url(SERVICES_REDIS_URL) as client:
        for key in client.scan_iter(f"{prefix}*", count=1000):
            client.delete(key)


def mysql_execute(statement: str, *values: str) -> Any:
    """One statement, outside of any database; the first value of its first row, if it has any."""
    url = urlsplit(SERVICES_DATABASE_URL)
    with (
        pymysql.connect(
            host=url.hostname or "127.0.0.1",
            port=url.port or 3306,
            user=url.username or "",
            password=url.password or "",
            connect_timeout=3,
            autocommit=True,
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values or None)
        row = cursor.fetchone()
        return row[0] if row else None
