"""Movement of cameras: measured at once, and again when a run has told what may move."""

import json
from pathlib import Path
from typing import Any

import pytest

from apps.inspection.models import CameraMovement, SiteVersion
from apps.inspection.services import camera
from apps.inspection.services.sites import site_save
from apps.jobs.control import JobControl
from apps.jobs.models import Job, JobKind, JobState
from apps.jobs.services import job_claim, job_move
from apps.projects.models import Project
from tests.cast import Cast
from tests.inspection.conftest import Worker, run_make, site_of, video_make
from tests.vibration.scene import stays
from workers.camera.view import ReferencePlainError
from workers.vibration.camera import CameraShift
from workers.vibration.pour_site import PourSite

ROW = [0.0, 1.0, -1.0, 80, 0.0]


def measured(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Do the newest job of that kind; the frame results that the child was given."""
    given: list[dict[str, Any]] = []

    def child(*_: Path, frames: Path, **__: Any) -> list[list[float]]:
        given.extend(json.loads(line) for line in frames.read_text("utf-8").splitlines())
        return [ROW]

    monkeypatch.setattr(camera, "measure_camera", child)
    job = Job.objects.filter(kind=JobKind.CAMERA_MOVEMENT).latest("created_at")
    claimed = job_claim(str(job.pk), "tests")
    assert claimed is not None
    camera.measure(claimed, JobControl())
    assert job_move(claimed, JobState.COMPLETED, held_by="tests")
    return given


def jobs() -> int:
    return Job.objects.filter(kind=JobKind.CAMERA_MOVEMENT).count()


def ask_again(project: Project) -> int:
    """As the end of a run does; how many jobs there are then."""
    newest = SiteVersion.objects.latest("version")
    site = PourSite(newest.site, newest.sha256)
    camera.movements_request(project, site, with_boxes=True)
    return jobs()


def test_movement_is_measured_at_once_and_again_with_the_boxes_of_a_run(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = video_make(cast.project)
    site_save(project=cast.project, by=cast.operator, based_on=0, site=site_of(video))
    assert measured(monkeypatch) == []
    assert camera.shifts_of(video, 0.0) == [ROW]
    run = run_make(cast.project, {video: stays([(2.0, 14.0, 2.5, 2.5)], end_s=20.0)})
    assert ask_again(cast.project) == 2
    assert measured(monkeypatch)[10]["labels"] == ["vibrator_in"]
    assert CameraMovement.objects.get().run == run
    assert ask_again(cast.project) == 2, "what is known is not measured for nothing"


def test_a_plain_reference_is_told_once_and_not_tried_again(
    cast: Cast, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def child(*_: Path, **__: Any) -> list[list[float]]:
        raise ReferencePlainError(camera.REFERENCE_PLAIN, "too plain")

    video = video_make(cast.project)
    site_save(project=cast.project, by=cast.operator, based_on=0, site=site_of(video))
    monkeypatch.setattr(camera, "measure_camera", child)
    claimed = job_claim(str(Job.objects.get(kind=JobKind.CAMERA_MOVEMENT).pk), "tests")
    assert claimed is not None
    camera.measure(claimed, JobControl())
    assert job_move(claimed, JobState.COMPLETED, held_by="tests")
    assert camera.shifts_of(video, 0.0) == []
    assert camera.is_unmeasurable(video, 0.0)
    assert not camera.is_unmeasurable(video, 5.0), "another still may be better"
    run_make(cast.project, {video: stays([(2.0, 14.0, 2.5, 2.5)], end_s=20.0)})
    assert ask_again(cast.project) == 1
    report = worker.compute(cast.project).report
    assert report is not None
    told = [note for note in report["status"] if note["code"] == "camera_unmeasured"]
    assert [(note["rule"], note["video"]) for note in told] == [("Q01", video.pk)]
    assert jobs() == 1


def test_rows_of_before_know_nothing_of_turns() -> None:
    assert CameraShift.from_row([1.0, 2.0, 3.0, 40]) == CameraShift(1.0, 2.0, 3.0, 40, 0.0)
    assert CameraShift.from_row([1.0, 3.0, 4.0, 40, 6.0]).size_px == 11.0
