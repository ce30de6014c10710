"""The job that computes an inspection: what is known goes out as files, a child judges it, and
what it found comes in, in one transaction.

Nothing is taken from an earlier computation, so doing it twice changes nothing.
"""

import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.analysis.models import Run, Segment, SegmentState
from apps.analysis.selectors.lines import frame_lines, runs_with_results
from apps.inspection.models import InsertionEdit, Inspection, SiteVersion
from apps.inspection.selectors.clock import PourClock, clock_lay
from apps.inspection.selectors.sites import site_newest
from apps.inspection.services.camera import is_unmeasurable, movements_request, shifts_of
from apps.inspection.services.storing import Computation, computation_store
from apps.inspection.tools import judge_pour
from apps.jobs.control import JobControl
from apps.jobs.models import ACTIVE_STATES, Job
from apps.projects.models import Project, Video, VideoState
from workers.vibration.pour_site import PourSite

# What the parts of the work take of the bar.
SHARE_OUT, SHARE_JUDGED = 0.3, 0.9
FOLDER_PREFIX = "pour-"
LEFTOVER_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a computation rests on, as it was when it began.

    Attributes:
        wanted: the change that it answers to.
        is_final: nothing more will come from the run.
    """

    wanted: int
    version: SiteVersion
    site: PourSite
    clock: PourClock
    run: Run | None
    is_final: bool
    edits: tuple[InsertionEdit, ...]


def compute(job: Job, control: JobControl) -> None:
    """Compute the project's inspection anew."""
    project = job.project
    if project is None or project.deleted_at is not None:
        return
    begun = time.monotonic()
    inputs = _inputs(project, job)
    if inputs is None:
        return
    with TemporaryDirectory(prefix=FOLDER_PREFIX, dir=settings.FILE_UPLOAD_TEMP_DIR) as name:
        folder = Path(name)
        frames = _write(inputs, folder, control)
        out = folder / "out"
        judge_pour(
            folder / "pour.json",
            out,
            frames=frames,
            check=control.check,
            progress=lambda share: control.progress(SHARE_OUT + (SHARE_JUDGED - SHARE_OUT) * share),
        )
        control.progress(SHARE_JUDGED)
        report = json.loads((out / "report.json").read_bytes())
        maps = [
            (one, (out / f"classes-{one['lift']}").read_bytes(), _dose(out, one))
            for one in report["maps"]
        ]
    computation_store(
        Computation(
            project_id=project.pk,
            job_id=job.pk,
            wanted=inputs.wanted,
            report=report,
            maps=maps,
            clock=inputs.clock,
            version=inputs.version,
            run=inputs.run,
            is_final=inputs.is_final,
            seconds=time.monotonic() - begun,
        )
    )
    if inputs.is_final and inputs.run is not None:
        movements_request(project, inputs.site, with_boxes=True)


def leftovers_sweep() -> None:
    """Remove what computations left that were killed."""
    for folder in Path(settings.FILE_UPLOAD_TEMP_DIR).glob(f"{FOLDER_PREFIX}*"):
        if time.time() - folder.stat().st_mtime > LEFTOVER_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _dose(out: Path, one: dict[str, Any]) -> bytes:
    return (out / f"dose-{one['lift']}").read_bytes()


def _inputs(project: Project, job: Job) -> Inputs | None:
    """Everything read at one moment; None when the job is not the project's newest any more."""
    with transaction.atomic():
        inspection = Inspection.objects.select_for_update().filter(project=project).first()
        if inspection is None or inspection.job_id != job.pk:
            return None
        # What changes from here on is not in it, and its end will see that.
        inspection.started = inspection.wanted
        inspection.save(update_fields=["started"])
        run = runs_with_results().filter(project=project).select_related("job").first()
        version = site_newest(project)
        videos = Video.objects.filter(project=project, state=VideoState.READY)
        site = PourSite(version.site, version.sha256)
        return Inputs(
            wanted=inspection.wanted,
            version=version,
            site=site,
            clock=clock_lay(list(videos.order_by("created_at", "pk")), site),
            run=run,
            is_final=run is None or run.job.state not in ACTIVE_STATES,
            edits=tuple(InsertionEdit.objects.filter(project=project)),
        )


def _write(inputs: Inputs, folder: Path, control: JobControl) -> int:
    """Write the document and its frames; how many frames there are."""
    segments = Segment.objects.filter(run=inputs.run, state=SegmentState.DONE)
    analysed = set(segments.values_list("video", flat=True)) if inputs.run else set()
    done, total = 0, inputs.run.frames_done if inputs.run else 0
    videos = []
    for video in inputs.clock.videos:
        setup = inputs.site.document["cameras"].get(str(video.pk))
        name = None
        if inputs.run is not None and video.pk in analysed:
            name = f"{video.pk}.jsonl"
            with (folder / name).open("w", encoding="utf-8") as file:
                for lines in frame_lines(inputs.run, video.pk):
                    control.check()
                    file.write(lines)
                    done += lines.count("\n")
                    control.progress(SHARE_OUT * done / max(total, 1))
        videos.append(
            {
                "camera": str(video.pk),
                "offset_s": inputs.clock.offsets_s[video.pk],
                "duration_s": video.duration_seconds,
                "width": video.width,
                "height": video.height,
                "frames": name,
                "shifts": shifts_of(video, setup["still_seconds"]) if setup else [],
                "is_unmeasurable": bool(setup) and is_unmeasurable(video, setup["still_seconds"]),
            }
        )
    document = {
        "site": inputs.site.document,
        "is_final": inputs.is_final and (inputs.run is None or inputs.run.is_whole),
        "videos": videos,
        "corrections": [_edit_json(edit) for edit in inputs.edits],
    }
    (folder / "pour.json").write_text(json.dumps(document), encoding="utf-8")
    return done


def _edit_json(edit: InsertionEdit) -> dict[str, Any]:
    return {
        "id": edit.pk,
        "kind": str(edit.kind),
        "camera": str(edit.video_id),
        "before": edit.before,
        "after": edit.after,
    }
