"""Readers of the environment: secrets from files, passwords put into addresses, loud refusals."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from backend import env


def test_a_secret_comes_from_the_file_that_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("密码 with blank\n", encoding="utf-8")
    monkeypatch.setenv("CVD_X_FILE", str(tmp_path / "secret"))
    assert env.text("CVD_X") == "密码 with blank"
    monkeypatch.setenv("CVD_X", "direct")
    assert env.text("CVD_X") == "direct"
    monkeypatch.delenv("CVD_X")
    monkeypatch.setenv("CVD_X_FILE", str(tmp_path / "gone"))
    with pytest.raises(ImproperlyConfigured, match="CVD_X_FILE cannot be read"):
        env.text("CVD_X")


@pytest.mark.parametrize(
    ("url", "password", "expected"),
    [
        ("mysql://cvd@db:3306/cvd", "p@ss/w", "mysql://cvd:p%40ss%2Fw@db:3306/cvd"),
        ("redis://cache:6379/0", "s", "redis://:s@cache:6379/0"),
        ("redis://:own@cache:6379/0", "s", "redis://:own@cache:6379/0"),
        ("mysql://cvd@db/cvd", "", "mysql://cvd@db/cvd"),
    ],
)
def test_a_password_is_put_where_there_is_none(url: str, password: str, expected: str) -> None:
    assert env.with_password(url, password) == expected


def test_a_database_address_is_taken_apart() -> None:
    database = env.database("mysql://c%40d:p%40ss@db.example:3307/cvd_mis")
    wanted = {
        "NAME": "cvd_mis",
        "USER": "c@d",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": 3307,
    }
    assert database.items() >= wanted.items()
    assert env.database("sqlite:////srv/%E6%95%B0%20x.sqlite3")["NAME"] == "/srv/数 x.sqlite3"
    with pytest.raises(ImproperlyConfigured, match="sqlite:// or mysql://"):
        env.database("postgres://db/cvd")


@pytest.mark.parametrize("value", ["maybe", "2"])
def test_a_switch_that_is_neither_on_nor_off_is_refused(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("CVD_X", value)
    with pytest.raises(ImproperlyConfigured, match="CVD_X must be 1 or 0"):
        env.boolean("CVD_X")


@pytest.mark.parametrize("value", ["ten", "1.5", "0"])
def test_a_number_that_is_none_or_too_small_is_refused(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("CVD_X", value)
    with pytest.raises(ImproperlyConfigured, match="CVD_X must be"):
        env.integer("CVD_X", 5, minimum=1)
