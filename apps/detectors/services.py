"""Detectors come into the registry here, after they have proved that they work."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.common.errors import Conflict, Invalid
from apps.detectors.models import Detector
from workers.detect.registry import DETECTORS, DetectorSpec, trial_run

BUILT_IN = "hog"
NAME_MAX_LENGTH = 100
COPY_CHUNK_BYTES = 2**20


def builtin_detectors_ensure() -> Detector:
    """The detector that needs no weights and is always there."""
    found = Detector.objects.filter(name=BUILT_IN).first()
    if found is not None:
        return found
    facts = trial_run(DetectorSpec(name=BUILT_IN, kind="hog"))
    return Detector.objects.get_or_create(
        name=BUILT_IN,
        defaults={
            "kind": "hog",
            "classes": facts["classes"],
            "digest": facts["digest"],
            "licence": "Apache-2.0 (OpenCV)",
        },
    )[0]


def detector_add(
    *,
    name: str,
    file: Path,
    kind: str = "",
    classes_file: Path | None = None,
    licence: str = "",
    created_by: User | None = None,
) -> Detector:
    """Register the model file, which is copied, after a trial run of the copy.

    Raises DomainError or WorkerError with the reason; nothing is left behind then.
    """
    name = name.strip()
    if not name or len(name) > NAME_MAX_LENGTH or not name.isprintable():
        raise Invalid(f"A detector's name has 1 to {NAME_MAX_LENGTH} printable characters.")
    _refuse_taken(name)
    if not file.is_file():
        raise Invalid(f"{file} is not a file.", code="file_not_found")
    kind = kind or file.suffix.lstrip(".").lower()
    if kind not in DETECTORS:
        known = ", ".join(DETECTORS)
        raise Invalid(
            f"There is no kind {kind!r}; known are {known}.", code="detector_kind_unknown"
        )
    spec = DetectorSpec(name=name, kind=kind, classes=_classes_read(classes_file))
    part = settings.DETECTOR_ROOT / f"{uuid4().hex}.part"
    try:
        digest = _copy(file, part)
        facts = trial_run(replace(spec, path=part))
        stored = f"{digest}.{kind}"
        os.replace(part, settings.DETECTOR_ROOT / stored)
    finally:
        part.unlink(missing_ok=True)
    try:
        with transaction.atomic():
            return Detector.objects.create(
                name=name,
                kind=kind,
                classes=facts["classes"],
                file=stored,
                digest=facts["digest"],
                licence=licence[:200],
                created_by=created_by,
            )
    except IntegrityError:
        _refuse_taken(name)
        raise


def _refuse_taken(name: str) -> None:
    if Detector.objects.filter(name=name).exists():
        raise Conflict(f"There is a detector {name!r} already.", code="detector_name_taken")


def _classes_read(file: Path | None) -> tuple[str, ...] | None:
    """One label on each line."""
    if file is None:
        return None
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The classes in {file} cannot be read: {error}") from error
    classes = tuple(line.strip() for line in lines if line.strip())
    if not classes:
        raise Invalid(f"There are no classes in {file}.")
    return classes


def _copy(source: Path, target: Path) -> str:
    """Copy the file and bring it to the disk; its SHA-256 in hex."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        with open(source, "rb") as reader, open(target, "xb") as writer:
            while chunk := reader.read(COPY_CHUNK_BYTES):
                digest.update(chunk)
                writer.write(chunk)
            writer.flush()
            os.fsync(writer.fileno())
    except OSError as error:
        raise Invalid(f"{source} cannot be copied: {error}") from error
    return digest.hexdigest()
