"""`manage.py detectors add|list`: the registry of detectors from the command line."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.common.errors import DomainError
from apps.detectors.selectors import detectors_all
from apps.detectors.services import detector_add
from workers.errors import WorkerError


class Command(BaseCommand):
    help = "Adds a detector after a trial run, or lists those that are there."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="those that are there")
        add = actions.add_parser("add", help="registers a model file; it is copied")
        add.add_argument("file", type=Path)
        add.add_argument("--name", required=True)
        add.add_argument("--kind", default="", help="default: what the file's ending says")
        add.add_argument("--classes", type=Path, help="a text file with one label on each line")
        add.add_argument("--licence", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "list":
            for detector in detectors_all():
                labels = len(detector.classes)
                self.stdout.write(
                    f"{detector.pk}\t{detector.name}\t{detector.kind}\t{labels} labels\t"
                    f"{detector.digest[:12]}"
                )
            return
        self.stderr.write(f"Trying {options['file']} …")
        try:
            detector = detector_add(
                name=options["name"],
                file=options["file"],
                kind=options["kind"],
                classes_file=options["classes"],
                licence=options["licence"],
            )
        except (DomainError, WorkerError) as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{detector.pk}\t{detector.name}\t{detector.kind}\t{detector.digest}")
