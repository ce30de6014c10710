"""Imports: fetched by an io worker, tried by a GPU worker, registered or refused."""

import os
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.common.archives import ArchiveLimits, archive_unpack
from apps.common.downloads import DownloadRules, download, url_check
from apps.common.errors import Conflict, Invalid
from apps.detectors.catalogue import catalogue
from apps.detectors.model_files import model_files_find
from apps.detectors.models import Detector, DetectorImport, ImportPhase, ImportSource
from apps.detectors.services.receiving import received_get_for
from apps.detectors.services.registry import (
    DetectorWishes,
    detector_name_check,
    detector_register,
)
from apps.detectors.storage import path_remove, received_path, staging_folder
from apps.jobs.control import JobControl
from apps.jobs.models import ACTIVE_STATES, Job, JobKind, JobState
from apps.jobs.services import job_cancel, job_create
from workers.detect.registry import DETECTORS

ARCHIVE_FILES = 200
# What happens to the bytes is the smaller part of the work.
DOWNLOAD_SHARE = 0.7
TELL_BYTES = 2**20
ARCHIVE_SUFFIX = ".zip"


def import_from_file(
    *, by: User, wishes: DetectorWishes, file: UUID, is_archive: bool
) -> DetectorImport:
    """An import of a file that was sent before, or of a folder in an archive."""
    received = received_get_for(user=by, id=file)
    _check(wishes)
    if is_archive != (Path(received.filename).suffix.lower() == ARCHIVE_SUFFIX):
        message = "An archive is a .zip file, a file is anything else."
        raise Invalid(message, code="detector_files_unknown", fields={"file": [message]})
    # Told before anybody waits for a worker.
    if not is_archive:
        model_files_find(received_path(received.pk), kind=wishes.kind, name=received.filename)
    folder = uuid4().hex
    target = staging_folder(folder) / _staged_name(received.filename)
    target.parent.mkdir(parents=True)
    os.replace(received_path(received.pk), target)
    received.delete()
    return _import_create(
        by=by,
        wishes=wishes,
        folder=folder,
        source=ImportSource.ARCHIVE if is_archive else ImportSource.FILE,
        phase=ImportPhase.UNPACKING if is_archive else ImportPhase.TRYING,
        filename=received.filename,
    )


def import_from_url(*, by: User, wishes: DetectorWishes, url: str, sha256: str) -> DetectorImport:
    """An import of a file, or of an archive, from an address; it must have this SHA-256."""
    _check(wishes)
    parts = url_check(url)
    filename = PurePosixPath(parts.path).name[:255] or "model.onnx"
    downloads = [{"filename": _staged_name(filename), "url": url, "sha256": sha256.lower()}]
    return _import_create(
        by=by,
        wishes=wishes,
        folder=uuid4().hex,
        source=ImportSource.URL,
        phase=ImportPhase.DOWNLOADING,
        filename=filename,
        downloads=downloads,
    )


def import_from_catalogue(
    *, by: User, wishes: DetectorWishes, entry: str, digests: dict[str, str]
) -> DetectorImport:
    """An import of a well-known detector; what the catalogue does not say is asked for."""
    found = next((one for one in catalogue() if one.name == entry), None)
    if found is None:
        message = f"The catalogue has no {entry!r}."
        raise Invalid(message, code="catalogue_entry_unknown", fields={"entry": [message]})
    downloads = []
    for file in found.files:
        sha256 = file.sha256 or digests.get(file.filename, "").lower()
        if not sha256:
            message = f"The SHA-256 of {file.filename} is not known here: give the one you trust."
            raise Invalid(message, code="digest_missing", fields={"digests": [message]})
        downloads.append({"filename": file.filename, "url": file.url, "sha256": sha256})
    wishes = DetectorWishes(
        name=wishes.name,
        kind=found.kind,
        version=found.version,
        licence=found.licence,
        origin=found.origin,
        classes=wishes.classes or found.classes or (),
        label_map=wishes.label_map,
        metrics=found.metrics,
    )
    _check(wishes)
    return _import_create(
        by=by,
        wishes=wishes,
        folder=uuid4().hex,
        source=ImportSource.CATALOGUE,
        phase=ImportPhase.DOWNLOADING,
        filename=found.title,
        downloads=downloads,
    )


def import_cancel(found: DetectorImport) -> None:
    """Stop it; one that has ended is forgotten."""
    if found.job.state in ACTIVE_STATES:
        job_cancel(found.job)
    else:
        found.job.delete()


# --- The work ---------------------------------------------------------------------------------


def download_run(job: Job, control: JobControl) -> None:
    """Handler: bring the files; the trial run is a job of its own, on another queue."""
    found = _import_of(job)
    if found is None:
        return
    rules = DownloadRules(settings.DETECTOR_MAX_BYTES, settings.DOWNLOADS_ALLOW_PRIVATE)
    folder = staging_folder(found.folder)
    told = -TELL_BYTES

    for number, file in enumerate(found.downloads):
        before = sum(path.stat().st_size for path in folder.glob("*"))
        is_last = number == len(found.downloads) - 1

        def progress(
            done: int, total: int | None, before: int = before, last: bool = is_last
        ) -> None:
            nonlocal told
            all_done = before + done
            if total and last:
                control.progress(DOWNLOAD_SHARE * all_done / (before + total))
            if all_done - told >= TELL_BYTES or done == total:
                told = all_done
                DetectorImport.objects.filter(pk=found.pk).update(
                    bytes_done=all_done, bytes_total=before + total if total else None
                )

        download(
            file["url"],
            folder / file["filename"],
            sha256=file["sha256"],
            rules=rules,
            check=control.check,
            progress=progress,
        )


def download_ended(job: Job) -> None:
    """Ending: with the files there, the import goes on as a job of the GPU workers."""
    found = _import_of(job)
    if found is None:
        return
    if job.state != JobState.COMPLETED:
        path_remove(staging_folder(found.folder))
        return
    found.job = job_create(kind=JobKind.DETECTOR_IMPORT, created_by=found.created_by)
    found.phase = ImportPhase.TRYING
    found.save(update_fields=["job", "phase"])
    job.delete()


def import_run(job: Job, control: JobControl) -> None:
    """Handler: unpack what is an archive, try the model, register it."""
    found = _import_of(job)
    if found is None or found.detector is not None:
        return
    wishes = DetectorWishes(**{**found.wishes, "classes": tuple(found.wishes["classes"])})
    folder = staging_folder(found.folder)
    control.progress(DOWNLOAD_SHARE)
    path = _unpacked(found, folder, control)
    DetectorImport.objects.filter(pk=found.pk).update(phase=ImportPhase.TRYING)
    detector_name_check(wishes.name)
    files = model_files_find(path, kind=wishes.kind)

    def note(detector: Detector) -> None:
        DetectorImport.objects.filter(pk=found.pk).update(detector=detector)

    detector_register(wishes, files, by=found.created_by, check=control.check, on_kept=note)


def import_ended(job: Job) -> None:
    """Ending: what was staged is of no use any more."""
    if found := _import_of(job):
        path_remove(staging_folder(found.folder))


def imports_sweep() -> None:
    """What crashes have left staged."""
    root = staging_folder("")
    known = set(
        DetectorImport.objects.filter(job__state__in=ACTIVE_STATES).values_list("folder", flat=True)
    )
    limit = timezone.now().timestamp() - 24 * 3600
    for folder in root.glob("*"):
        if folder.name not in known and folder.stat().st_mtime < limit:
            path_remove(folder)


def _import_create(
    *,
    by: User,
    wishes: DetectorWishes,
    folder: str,
    source: ImportSource,
    phase: ImportPhase,
    filename: str,
    downloads: list[dict[str, Any]] | None = None,
) -> DetectorImport:
    kind = JobKind.DETECTOR_DOWNLOAD if downloads else JobKind.DETECTOR_IMPORT
    with transaction.atomic():
        return DetectorImport.objects.create(
            job=job_create(kind=kind, created_by=by),
            source=source,
            phase=phase,
            folder=folder,
            filename=filename,
            downloads=downloads or [],
            name=wishes.name,
            wishes={name: getattr(wishes, name) for name in DetectorWishes.__slots__},
            created_by=by,
        )


def _import_of(job: Job) -> DetectorImport | None:
    return (
        DetectorImport.objects.select_related("detector", "created_by").filter(job=job.pk).first()
    )


def _check(wishes: DetectorWishes) -> None:
    detector_name_check(wishes.name)
    if wishes.kind and (wishes.kind not in DETECTORS or wishes.kind == "hog"):
        message = f"There is no kind {wishes.kind!r} that can be imported."
        raise Invalid(message, code="detector_kind_unknown", fields={"kind": [message]})
    waiting = DetectorImport.objects.filter(name=wishes.name, job__state__in=ACTIVE_STATES)
    if waiting.exists():
        message = f"{wishes.name!r} is being imported."
        raise Conflict(message, code="detector_name_taken", fields={"name": [message]})


def _staged_name(filename: str) -> str:
    """Only the ending of what somebody called it."""
    suffix = Path(filename).suffix.lower()
    return f"model{suffix}" if suffix.isascii() and suffix[1:].isalnum() else "model.onnx"


def _unpacked(found: DetectorImport, folder: Path, control: JobControl) -> Path:
    """The file or the folder of the model."""
    staged = [path for path in folder.glob("*") if path.is_file() and path.suffix != ".classes"]
    if not staged:
        raise Invalid("The files of this import are gone.", code="file_not_found")
    if len(staged) > 1:
        return folder
    if staged[0].suffix != ARCHIVE_SUFFIX:
        return staged[0]
    DetectorImport.objects.filter(pk=found.pk).update(phase=ImportPhase.UNPACKING)
    target = folder / "unpacked"
    path_remove(target)  # of a try that was interrupted
    return archive_unpack(
        staged[0],
        target,
        limits=ArchiveLimits(ARCHIVE_FILES, settings.DETECTOR_MAX_BYTES),
        check=control.check,
    )
