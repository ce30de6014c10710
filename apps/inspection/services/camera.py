"""How far each camera moved against the still that was calibrated: measured by a job.

It is measured when the camera is calibrated, and once more when a run has told where people and
machines are: what moves with them is no movement of the camera.
"""

import json
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.analysis.models import Run
from apps.analysis.selectors.lines import frame_lines, runs_with_results
from apps.inspection.models import CameraMovement
from apps.inspection.services.requests import inspection_request
from apps.inspection.tools import measure_camera
from apps.jobs.control import JobControl
from apps.jobs.models import ACTIVE_STATES, Job, JobKind
from apps.jobs.services import job_create
from apps.projects.models import Project, Video, VideoState
from apps.projects.storage import FRAMES, ORIGINAL, video_path
from workers.errors import WorkerError
from workers.vibration.pour_site import PourSite

REFERENCE_PLAIN = "camera_reference_plain"


def movements_request(project: Project, site: PourSite, *, with_boxes: bool = False) -> None:
    """Have the movement of every calibrated camera measured that is not known yet.

    With boxes, also that which was measured without those of a run.
    """
    setups = site.document["cameras"]
    wanted = {
        int(name): float(setup["still_seconds"])
        for name, setup in setups.items()
        if name.isdecimal() and len(name) < 19 and setup["calibration"] is not None
    }
    videos = Video.objects.filter(project=project, pk__in=wanted, state=VideoState.READY)
    for video in videos:
        _movement_request(video, wanted[video.pk], with_boxes=with_boxes)


def _movement_request(video: Video, reference_s: float, *, with_boxes: bool) -> None:
    with transaction.atomic():
        movement, _ = CameraMovement.objects.get_or_create(video=video, reference_s=reference_s)
        movement = CameraMovement.objects.select_for_update().get(pk=movement.pk)
        is_active = Job.objects.filter(state__in=ACTIVE_STATES, movement=movement).exists()
        is_wanted = movement.shifts is None or (with_boxes and movement.run_id is None)
        if is_wanted and not movement.problem and not is_active:
            movement.job = job_create(
                kind=JobKind.CAMERA_MOVEMENT, project=Project(pk=video.project_id), video=video
            )
            movement.save(update_fields=["job"])


def measure(job: Job, control: JobControl) -> None:
    """The job: measure, keep the shifts or why there are none, and have the inspection computed."""
    movement = CameraMovement.objects.filter(job=job).select_related("video").first()
    if movement is None or movement.video.state != VideoState.READY:
        return
    video = movement.video
    run = runs_with_results().filter(project=video.project_id).select_related("job").first()
    with TemporaryDirectory(prefix="camera-", dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        frames = Path(folder) / "frames.jsonl"
        with frames.open("w", encoding="utf-8") as file:
            for lines in frame_lines(run, video.pk) if run else ():
                control.check()
                file.write(lines)
        shifts: list[list[float]] = []
        problem = ""
        try:
            shifts = measure_camera(
                video_path(video.folder, ORIGINAL),
                video_path(video.folder, FRAMES),
                frames=frames,
                reference_s=min(movement.reference_s, video.duration_seconds),
                duration_seconds=video.duration_seconds,
                check=control.check,
                progress=control.progress,
            )
        except WorkerError as error:
            if error.code != REFERENCE_PLAIN:
                raise
            problem = error.code
    packed = zlib.compress(json.dumps(shifts, separators=(",", ":")).encode())
    # The video may be gone by now, and its rows with it.
    kept = CameraMovement.objects.filter(pk=movement.pk)
    is_over = run is not None and run.job.state not in ACTIVE_STATES
    known = Run.objects.filter(pk=run.pk).first() if run is not None and is_over else None
    if kept.update(shifts=packed, problem=problem, measured_at=timezone.now(), run=known):
        inspection_request(video.project_id)


def shifts_of(video: Video, reference_s: float) -> list[list[float]]:
    """What was measured, for `CameraShift.from_row`; nothing where nothing was yet."""
    movement = _movements(video, reference_s).first()
    if movement is None or movement.shifts is None:
        return []
    shifts: list[list[float]] = json.loads(zlib.decompress(movement.shifts))
    return shifts


def is_unmeasurable(video: Video, reference_s: float) -> bool:
    """Whether nothing can be measured against this still."""
    return _movements(video, reference_s).exclude(problem="").exists()


def _movements(video: Video, reference_s: float) -> QuerySet[CameraMovement]:
    return CameraMovement.objects.filter(video=video, reference_s=reference_s)
