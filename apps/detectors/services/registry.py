"""Detectors come into the registry here, after they have proved that they work, and leave it."""

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from apps.accounts.models import User
from apps.common.errors import Conflict, Invalid
from apps.detectors.labels import purpose_of
from apps.detectors.model_files import ModelFiles, model_files_find
from apps.detectors.models import Detector, DetectorState
from apps.detectors.storage import (
    detector_path,
    export_path,
    path_remove,
    path_size,
    path_sync,
    staging_folder,
)
from apps.detectors.tools import Check, model_try
from workers.detect.registry import DETECTORS

NAME_MAX_LENGTH = 100
COPY_CHUNK_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class DetectorWishes:
    """What a detector shall be in the registry; what is empty is told by its files."""

    name: str
    kind: str = ""
    version: str = ""
    licence: str = ""
    origin: str = ""
    classes: tuple[str, ...] = ()
    label_map: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)


def detector_add(
    *,
    name: str,
    file: Path,
    kind: str = "",
    classes_file: Path | None = None,
    licence: str = "",
    created_by: User | None = None,
) -> Detector:
    """Register the model file or folder, which is copied, after a trial run of the copy.

    Raises DomainError or WorkerError with the reason; nothing is left behind then.
    """
    wishes = DetectorWishes(
        name=name.strip(), kind=kind, licence=licence, classes=_classes_read(classes_file)
    )
    detector_name_check(wishes.name)
    if not file.exists():
        raise Invalid(f"{file} is not a file or a folder.", code="file_not_found")
    staging = staging_folder(uuid4().hex)
    staging.mkdir(parents=True)
    try:
        copy = staging / ("model" if file.is_dir() else f"model{file.suffix.lower()}")
        _copy(file, copy)
        return detector_register(
            wishes, model_files_find(copy, kind=kind, name=file.name), by=created_by, check=_never
        )
    finally:
        path_remove(staging)


def detector_name_check(name: str) -> None:
    if not name or len(name) > NAME_MAX_LENGTH or not name.isprintable():
        raise Invalid(f"A detector's name has 1 to {NAME_MAX_LENGTH} printable characters.")
    if Detector.objects.filter(name=name).exists():
        message = f"There is a detector {name!r} already."
        raise Conflict(message, code="detector_name_taken", fields={"name": [message]})


def detector_name_free(name: str) -> str:
    """The name, or the first of "name 2", "name 3", ... that no detector has."""
    free, number = name, 1
    while Detector.objects.filter(name=free).exists():
        number += 1
        ending = f" {number}"
        free = f"{name[: NAME_MAX_LENGTH - len(ending)]}{ending}"
    return free


def detector_register(
    wishes: DetectorWishes,
    files: ModelFiles,
    *,
    by: User | None,
    check: Check,
    on_kept: Callable[[Detector], None] = lambda _: None,
) -> Detector:
    """The staged model, tried and moved to its place.

    `on_kept` writes down whose detector it is, in the transaction that brings the detector.

    Raises DomainError or WorkerError with the reason it is refused for.
    """
    if files.kind not in DETECTORS:
        known = ", ".join(DETECTORS)
        raise Invalid(
            f"There is no kind {files.kind!r}; known are {known}.", code="detector_kind_unknown"
        )
    facts = model_try(
        files.path,
        name=wishes.name,
        kind=files.kind,
        classes_file=_classes_file(wishes, files),
        check=check,
    )
    _label_map_check(wishes.label_map, facts["classes"])
    labels = [wishes.label_map.get(label, label) for label in facts["classes"]]
    width, height = facts.get("input_size") or files.facts.input_size or (None, None)
    detector = Detector(
        name=wishes.name,
        kind=files.kind,
        version=wishes.version or files.facts.version,
        purpose=purpose_of(labels),
        classes=facts["classes"],
        label_map=wishes.label_map,
        input_width=width,
        input_height=height,
        size_bytes=path_size(files.path),
        digest=facts["digest"],
        backend=facts.get("backend") or "",
        licence=(wishes.licence or files.facts.licence)[:200],
        origin=(wishes.origin or files.facts.origin)[:500],
        metrics=wishes.metrics or files.facts.metrics,
        created_by=by,
    )
    if facts.get("nms_iou") is not None:
        # What suits its kind: D-FINE's boxes need none, and would lose people who overlap.
        detector.nms_iou = facts["nms_iou"]
    # What `cvd.json` says, else what the model's own file says, else what all detectors begin with.
    suggested = files.facts.score_threshold
    detector.score_threshold = facts["score_threshold"] if suggested is None else suggested
    return _keep(detector, files.path, on_kept)


def _keep(detector: Detector, source: Path, on_kept: Callable[[Detector], None]) -> Detector:
    """Move the files to their place and write the row; neither stays without the other."""
    # Equal files are kept once; folders may differ in what the digest does not cover.
    unique = f"-{uuid4().hex[:8]}" if source.is_dir() else ""
    detector.file = f"{detector.digest}{unique}.{detector.kind}"
    target = detector_path(detector.file)
    target.parent.mkdir(parents=True, exist_ok=True)
    path_sync(source)
    os.replace(source, target)
    path_sync(target.parent)
    try:
        with transaction.atomic():
            detector.save(force_insert=True)
            on_kept(detector)
    except Exception as error:
        _files_release(detector.file)
        if isinstance(error, IntegrityError):
            detector_name_check(detector.name)
        raise
    return detector


@transaction.atomic
def detector_update(detector: Detector, **fields: Any) -> Detector:
    """Change what may be changed; runs keep the settings that they began with."""
    locked = Detector.objects.select_for_update().filter(pk=detector.pk).first()
    is_active = locked is not None and locked.active_for is not None
    for name in ("purpose", "label_map", "nms_iou"):
        if is_active and name in fields and fields[name] != getattr(detector, name):
            message = "This is fixed while the detector is the active one."
            raise Conflict(message, code="detector_active", fields={name: [message]})
    if "label_map" in fields:
        _label_map_check(fields["label_map"], detector.classes)
    for name, value in fields.items():
        setattr(detector, name, value)
    detector.save(update_fields=list(fields))
    return detector


def detector_retire(detector: Detector) -> Detector:
    """Take it out of use; its results keep it."""
    _refuse_built_in(detector)
    return _state_set(detector, DetectorState.RETIRED)


def detector_restore(detector: Detector) -> Detector:
    """A retired one may be used, and promoted, again."""
    if detector.state != DetectorState.RETIRED:
        return detector
    return _state_set(detector, DetectorState.CANDIDATE)


def _state_set(detector: Detector, state: DetectorState) -> Detector:
    changed = Detector.objects.filter(pk=detector.pk, active_for=None).update(state=state)
    if not changed:
        raise Conflict("It is the active one: promote another one first.", code="detector_active")
    detector.state = state
    return detector


def detector_delete(detector: Detector) -> None:
    """Remove it with its files; one that has made results is only retired."""
    _refuse_built_in(detector)
    try:
        with transaction.atomic():
            locked = Detector.objects.select_for_update().filter(pk=detector.pk).first()
            if locked is None:
                return
            if locked.active_for is not None:
                raise Conflict(
                    "It is the active one: promote another one first.", code="detector_active"
                )
            locked.delete()
    except ProtectedError as error:
        raise Conflict(
            "Runs have used this detector: retire it instead.", code="detector_in_use"
        ) from error
    _files_release(detector.file)
    if not Detector.objects.filter(digest=detector.digest).exists():
        path_remove(export_path(f"{detector.digest}.onnx"))


def _refuse_built_in(detector: Detector) -> None:
    if not detector.file:
        raise Conflict("It is built in and always there.", code="detector_built_in")


def _files_release(file: str) -> None:
    if file and not Detector.objects.filter(file=file).exists():
        path_remove(detector_path(file))


def _label_map_check(label_map: dict[str, str], classes: list[str]) -> None:
    if unknown := sorted(set(label_map) - set(classes)):
        message = f"The model has no class {unknown[0]!r}."
        raise Invalid(message, code="label_map_invalid", fields={"label_map": [message]})


def _classes_file(wishes: DetectorWishes, files: ModelFiles) -> Path | None:
    if not wishes.classes:
        return files.classes_file
    path = files.path.with_name(f"{files.path.name}.classes")
    path.write_text("".join(f"{name}\n" for name in wishes.classes), encoding="utf-8")
    return path


def _classes_read(file: Path | None) -> tuple[str, ...]:
    """One label on each line."""
    if file is None:
        return ()
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The classes in {file} cannot be read: {error}") from error
    classes = tuple(line.strip() for line in lines if line.strip())
    if not classes:
        raise Invalid(f"There are no classes in {file}.")
    return classes


def _copy(source: Path, target: Path) -> None:
    try:
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copyfile(source, target)
    except OSError as error:
        raise Invalid(f"{source} cannot be copied: {error}") from error


def file_sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _never() -> None:
    """Nobody cancels work on the command line but by ending it."""
