"""The ONNX form of a detector, made by a GPU worker and kept by the detector's digest."""

from django.db import transaction

from apps.accounts.models import User
from apps.common.errors import Conflict
from apps.detectors.model_files import FOLDER_KIND
from apps.detectors.models import Detector, DetectorExport
from apps.detectors.services.registry import file_sha256
from apps.detectors.storage import detector_path, export_path, path_remove
from apps.detectors.tools import model_export
from apps.jobs.control import JobControl
from apps.jobs.models import ACTIVE_STATES, Job, JobKind
from apps.jobs.services import job_create

EXPORTABLE = frozenset({FOLDER_KIND})


def export_start(detector: Detector, *, by: User) -> DetectorExport:
    """Make it, unless it is being made or is there."""
    if detector.kind not in EXPORTABLE:
        raise Conflict(
            f"A detector of kind {detector.kind!r} cannot be exported.",
            code="export_not_possible",
        )
    with transaction.atomic():
        Detector.objects.select_for_update().get(pk=detector.pk)
        found = DetectorExport.objects.filter(detector=detector).select_related("job").first()
        if found is not None:
            is_there = bool(found.file) and export_path(found.file).is_file()
            if found.job.state in ACTIVE_STATES or is_there:
                return found
            found.job.delete()
        job = job_create(kind=JobKind.DETECTOR_EXPORT, created_by=by)
        return DetectorExport.objects.create(detector=detector, job=job)


def export_run(job: Job, control: JobControl) -> None:
    """Handler."""
    found = DetectorExport.objects.filter(job=job).select_related("detector").first()
    if found is None:
        return
    file = f"{found.detector.digest}.onnx"
    target = export_path(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.is_file():
        model_export(detector_path(found.detector.file), target, check=control.check)
    found.file, found.sha256, found.size_bytes = file, file_sha256(target), target.stat().st_size
    kept = DetectorExport.objects.filter(pk=found.pk).update(
        file=found.file, sha256=found.sha256, size_bytes=found.size_bytes
    )
    if not kept:  # its detector was deleted meanwhile
        path_remove(target)
