"""How an address becomes Django's settings of a database."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from backend import env


def test_an_address_of_mysql_is_taken_apart():
    settings = env.database("mysql://lin:p%40ss@db.example:3307/cvd?unix_socket=/run/db.sock")
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("db.example", 3307, "cvd")
    assert (settings["USER"], settings["PASSWORD"]) == ("lin", "p@ss")
    options = settings["OPTIONS"]
    assert isinstance(options, dict)
    assert options["unix_socket"] == "/run/db.sock"
    assert options["ssl_disabled"] is True
    assert (options["read_timeout"], options["write_timeout"]) == (50, 50)


def test_a_number_in_the_address_is_a_number():
    options = env.database("mysql://lin@db.example/cvd?read_timeout=120")["OPTIONS"]
    assert isinstance(options, dict)
    assert (options["read_timeout"], options["connect_timeout"]) == (120, 5)


def test_an_authority_that_is_not_there_is_not_overlooked(tmp_path):
    with pytest.raises(FileNotFoundError):
        env.database(f"mysql://lin@db.example/cvd?ssl_ca={tmp_path}/missing.pem")


@pytest.mark.parametrize("url", ["postgres://x/y", "nonsense", ""])
def test_other_databases_are_refused(url):
    with pytest.raises(ImproperlyConfigured):
        env.database(url)
