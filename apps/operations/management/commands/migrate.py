"""`manage.py migrate`: Django's, with all the time that a change needs."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

LIMITS = ("read_timeout", "write_timeout")


class Command(migrate.Command):
    """The database says nothing while it rewrites a large table, which is no sign that it hangs.

    Given up in the middle, a change would go on there and be unknown here.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        settings = connections[options["database"]].settings_dict["OPTIONS"]
        limits = {name: settings.pop(name) for name in LIMITS if name in settings}
        try:
            super().handle(*args, **options)
        finally:
            settings.update(limits)
