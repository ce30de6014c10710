"""Evaluation sets: unpacked, read picture by picture, and then never changed."""

from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.common.archives import ArchiveLimits, archive_unpack
from apps.common.errors import Conflict, Invalid
from apps.detectors.models import EvaluationSet, Purpose
from apps.detectors.services.receiving import received_get_for
from apps.detectors.storage import PICTURES, path_remove, received_path, set_folder, set_pictures
from apps.detectors.tools import labelled_set_check
from apps.jobs.control import JobControl
from apps.jobs.models import ACTIVE_STATES, Job, JobKind, JobState
from apps.jobs.services import job_cancel, job_create

PICTURES_MOST = 20_000
UNPACK_SHARE = 0.3
ARCHIVE = "archive.zip"


def evaluation_set_create(
    *, by: User, name: str, purpose: str, file: UUID, label_map: dict[str, str]
) -> EvaluationSet:
    """A set out of an archive that was sent before; a job checks it."""
    received = received_get_for(user=by, id=file)
    folder = uuid4().hex
    set_folder(folder).mkdir(parents=True)
    received_path(received.pk).replace(set_folder(folder) / ARCHIVE)
    received.delete()
    return evaluation_set_of_folder(
        by=by, name=name, purpose=purpose, folder=folder, label_map=label_map
    )


def evaluation_set_of_folder(
    *,
    by: User | None,
    name: str,
    purpose: str,
    folder: str,
    label_map: dict[str, str] | None = None,
) -> EvaluationSet:
    """A set of what lies in this folder below EVALUATION_ROOT.

    That is `archive.zip`, or labels and pictures in `pictures/`.
    """
    try:
        with transaction.atomic():
            return EvaluationSet.objects.create(
                name=name,
                purpose=Purpose(purpose),
                folder=folder,
                label_map=label_map or {},
                job=job_create(kind=JobKind.EVALUATION_SET, created_by=by),
                created_by=by,
            )
    except IntegrityError as error:
        path_remove(set_folder(folder))
        message = f"There is an evaluation set {name!r} already."
        raise Conflict(message, code="set_name_taken", fields={"name": [message]}) from error


def evaluation_set_gate(found: EvaluationSet, *, is_gate: bool) -> EvaluationSet:
    """Let promotions for its purpose be decided by it, or no longer; one set at a time."""
    if is_gate and not found.digest:
        raise Conflict("The set is not ready.", code="set_not_ready")
    with transaction.atomic():
        if is_gate:
            EvaluationSet.objects.filter(gate_for=found.purpose).exclude(pk=found.pk).update(
                gate_for=None
            )
        found.gate_for = Purpose(found.purpose) if is_gate else None
        found.save(update_fields=["gate_for"])
    return found


def evaluation_set_delete(found: EvaluationSet) -> None:
    """With its evaluations; what promotions compared stays in their records."""
    if found.gate_for is not None:
        raise Conflict("Promotions are decided by this set.", code="set_is_gate")
    if found.evaluations.filter(job__state__in=ACTIVE_STATES).exists():
        raise Conflict("An evaluation is using this set.", code="set_in_use")
    if found.job is not None and found.job.state in ACTIVE_STATES:
        job_cancel(found.job)
    for evaluation in found.evaluations.select_related("job"):
        evaluation.job.delete()
    found.delete()
    path_remove(set_folder(found.folder))


def set_run(job: Job, control: JobControl) -> None:
    """Handler: unpack, check every picture, write down what the set is."""
    found = EvaluationSet.objects.filter(job=job).first()
    if found is None or found.digest:
        return
    folder = set_folder(found.folder)
    _unpack(folder, control)
    facts = labelled_set_check(
        set_pictures(found.folder),
        label_map=found.label_map,
        check=control.check,
        progress=lambda share: control.progress(UNPACK_SHARE + (1 - UNPACK_SHARE) * share),
    )
    (folder / ARCHIVE).unlink(missing_ok=True)
    kept = EvaluationSet.objects.filter(pk=found.pk).update(
        digest=facts["digest"],
        image_count=facts["images"],
        box_count=facts["boxes"],
        classes=facts["classes"],
    )
    if not kept:
        path_remove(folder)


def set_ended(job: Job) -> None:
    """Ending: of a set that was refused only the reason stays."""
    found = EvaluationSet.objects.filter(job=job, digest="").first()
    if found is not None and job.state != JobState.COMPLETED:
        path_remove(set_folder(found.folder))


def _unpack(folder: Path, control: JobControl) -> None:
    archive, pictures, target = folder / ARCHIVE, folder / PICTURES, folder / "unpacked"
    if pictures.is_dir():
        return
    if not archive.is_file():
        raise Invalid("The files of this set are gone.", code="file_not_found")
    path_remove(target)  # of a try that was interrupted
    content = archive_unpack(
        archive,
        target,
        limits=ArchiveLimits(PICTURES_MOST, settings.EVALUATION_SET_MAX_BYTES),
        check=control.check,
        progress=lambda share: control.progress(UNPACK_SHARE * share),
    )
    content.replace(pictures)
    path_remove(target)
