"""`manage.py doctor`: what is there, what is missing, what to do."""

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from apps.operations.doctor import findings

MARKS = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}


class Command(BaseCommand):
    help = "Checks Python, packages, CUDA, codecs, disk, memory, database, Redis and workers."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON array on stdout")

    def handle(self, *, json: bool, **options: Any) -> None:
        found = []
        for finding in findings():
            found.append(finding)
            if not json:
                self.stdout.write(f"{MARKS[finding.level]}  {finding.name:<9} {finding.text}")
                if finding.level != "ok" and finding.advice:
                    self.stdout.write(f"                -> {finding.advice}")
        if json:
            self.stdout.write(_as_json([asdict(finding) for finding in found]))
        if any(finding.level == "fail" for finding in found):
            sys.exit(1)


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
