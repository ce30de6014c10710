"""Imports go one way, migrations are complete."""

import subprocess
import sys
import tomllib

import pytest
from django.conf import settings
from django.core.management import call_command

from tests.quality.files import REPOSITORY

# Its program is a script whose first line cannot hold every path.
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as lint; lint(['--no-cache'])"


def test_the_import_rules_hold() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LINT_IMPORTS],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_import_rules_know_every_app() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    apps = {name for name in settings.INSTALLED_APPS if name.startswith("apps.")}
    order, inside = (
        next(set(contract[key]) for contract in contracts if len(contract.get(key, [])) > 3)
        for key in ("layers", "containers")
    )
    assert order == apps
    # common has no services of its own
    assert inside == apps - {"apps.common"}


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
