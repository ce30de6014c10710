"""Users from a script, and the first administrator."""

import io
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.accounts.models import Role, User
from apps.accounts.services import first_admin_create, user_create
from tests.cast import PASSWORD


def createuser(monkeypatch, *arguments, password=PASSWORD):
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
    call_command("createuser", *arguments, "--password-stdin")


def test_a_script_makes_a_user(db, monkeypatch):
    createuser(monkeypatch, "lin", "--role", "engineer")
    user = User.objects.get(username="lin")
    assert user.role == Role.ENGINEER
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("name", "password"), [("lin", "short"), ("two words", PASSWORD), ("Taken", PASSWORD)]
)
def test_a_script_is_told_what_is_wrong(db, monkeypatch, name, password):
    user_create(username="taken", password=PASSWORD, role=Role.VIEWER)
    with pytest.raises(CommandError):
        createuser(monkeypatch, name, password=password)
    assert User.objects.count() == 1


def test_the_first_administrator_gets_a_generated_password(db):
    made = first_admin_create()
    assert made is not None
    user, password = made
    assert (user.username, user.role) == ("admin", Role.ADMIN)
    assert len(password) == 16
    assert User.objects.get().check_password(password)


def test_there_is_no_first_administrator_where_somebody_is(db):
    user_create(username="lin", password=PASSWORD, role=Role.VIEWER)
    assert first_admin_create() is None


@pytest.mark.django_db(transaction=True)
def test_two_starts_at_the_same_moment_make_one_administrator():
    together = Barrier(2)

    def start(_):
        together.wait()
        try:
            return first_admin_create()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        made = list(threads.map(start, range(2)))

    assert sum(result is not None for result in made) == 1
    assert User.objects.count() == 1
