"""Pours whose truth is known, and the work of an io worker done in this process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from apps.analysis.models import FrameResult, Run, Segment, SegmentState
from apps.detectors.models import Detector
from apps.inspection.models import Inspection
from apps.inspection.services import computing
from apps.inspection.services.requests import inspection_request
from apps.jobs.control import JobControl
from apps.jobs.models import Job, JobKind, JobState
from apps.jobs.services import job_claim, job_move
from apps.projects.models import Project, Video, VideoState
from tests.vibration.scene import HEIGHT, WIDTH, calibration, site_json
from workers.vibration.frames import Frame
from workers.vibration.pour_files import judge_files

DURATION_S = 60.0


def video_make(project: Project, name: str = "pour.mp4", **changes: Any) -> Video:
    return Video.objects.create(
        project=project,
        filename=name,
        size_bytes=1,
        folder=f"inspection/{project.pk}/{name}",
        state=VideoState.READY,
        width=WIDTH,
        height=HEIGHT,
        duration_seconds=DURATION_S,
        **changes,
    )


def site_of(*videos: Video, **changes: Any) -> dict[str, Any]:
    """A site in which every video has a calibration without any error."""
    site = site_json()
    del site["calibration"]
    cameras = {str(video.pk): {"calibration": calibration()} for video in videos}
    return {**site, "cameras": cameras, **changes}


def run_make(
    project: Project,
    frames: dict[Video, Sequence[Frame]],
    *,
    state: JobState = JobState.COMPLETED,
) -> Run:
    """A run with one segment of results for each video, as workers would have left it."""
    detector, _ = Detector.objects.get_or_create(
        name="pokers", defaults={"kind": "onnx", "digest": "d" * 64}
    )
    job = Job.objects.create(kind=JobKind.ANALYSIS, state=state, project=project)
    total = sum(map(len, frames.values()))
    run = Run.objects.create(
        job=job,
        project=project,
        detector=detector,
        detector_digest=detector.digest,
        score_threshold=0.3,
        nms_iou=0.5,
        code_version="0",
        frames_total=total,
        segments_total=len(frames),
        frames_done=total,
        segments_done=len(frames),
    )
    for number, (video, results) in enumerate(frames.items()):
        segment = Segment.objects.create(
            run=run,
            video=video,
            number=number,
            first_frame=0,
            end_frame=len(results),
            start_seconds=0.0,
            end_seconds=DURATION_S,
            state=SegmentState.DONE,
            frames_total=len(results),
            frames_done=len(results),
            content_key=f"{run.pk}-{number}",
        )
        FrameResult.objects.bulk_create(
            FrameResult(
                run=run,
                segment=segment,
                segment_number=number,
                video=video,
                frame=index,
                pts_seconds=one.pts_seconds,
                width=one.width,
                height=one.height,
                boxes=one.boxes,
                scores=one.scores,
                labels=one.labels,
            )
            for index, one in enumerate(results)
        )
    return run


@dataclass
class Worker:
    """Does the jobs of inspections as an io worker would, without threads of its own."""

    control: JobControl = field(default_factory=JobControl)

    def compute(self, project: Project) -> Inspection:
        """Have the project computed, and do what waits."""
        inspection_request(project.pk)
        return self.work(project)

    def work(self, project: Project) -> Inspection:
        """Do the job that waits, which there must be."""
        inspection = Inspection.objects.get(project=project)
        assert inspection.job_id is not None
        job = job_claim(str(inspection.job_id), "tests")
        assert job is not None
        computing.compute(job, self.control)
        assert job_move(job, JobState.COMPLETED, held_by="tests")
        return Inspection.objects.get(project=project)


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    def judge_here(
        document: Path, out: Path, *, progress: Callable[[float], None], **limits: Any
    ) -> None:
        judge_files(document, out, progress)

    monkeypatch.setattr(computing, "judge_pour", judge_here)
    return Worker()
