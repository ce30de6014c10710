"""A user from a script or by hand."""

import getpass
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.models import Role, User
from apps.accounts.services import user_create
from apps.common.errors import DomainError


class Command(BaseCommand):
    help = "Creates a user."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--role", choices=Role.values, default=Role.VIEWER)
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            User._meta.get_field("username").clean(options["name"], None)
        except ValidationError as error:
            raise CommandError(f"name: {' '.join(error.messages)}") from None
        try:
            user = user_create(
                username=options["name"],
                password=_password(from_stdin=options["password_stdin"]),
                role=Role(options["role"]),
            )
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stderr.write(f"Created {user.username} with the role {user.role}.")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return getpass.getpass("Password: ")
