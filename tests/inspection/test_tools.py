"""The real child processes, and a job that a worker does with them from end to end."""

import json
from pathlib import Path

import pytest

from apps.inspection.models import CameraMovement, Insertion, Inspection
from apps.inspection.services.camera import shifts_of
from apps.inspection.services.requests import inspection_request
from apps.inspection.tools import judge_pour
from apps.jobs.models import Job, JobState
from apps.jobs.running import job_run
from apps.projects.models import Project
from tests.cast import user_make
from tests.inspection.conftest import run_make, video_make
from tests.vibration.scene import stays
from workers.errors import WorkerError
from workers.vibration.pour_site import EMPTY


def judge(document: Path) -> None:
    judge_pour(
        document, document.parent / "out", frames=0, check=lambda: None, progress=lambda _: None
    )


def test_what_the_child_refuses_has_its_code(tmp_path: Path):
    pour = {
        "site": EMPTY | {"pour": [[0, 0], [1, 1], [1, 0], [0, 1]]}, "videos": [],
        "corrections": [], "is_final": True,
    }  # fmt: skip
    (tmp_path / "pour.json").write_text(json.dumps(pour))
    with pytest.raises(WorkerError) as caught:
        judge(tmp_path / "pour.json")
    assert caught.value.code == "polygon_crosses_itself"


def test_a_job_is_done_by_a_worker_and_its_child(transactional_db: None):
    project = Project.objects.create(owner=user_make("owner"), name="Slab 3")
    video = video_make(project)
    run_make(project, {video: stays([(2.0, 14.0, 2.5, 2.5)], end_s=20.0)})
    inspection_request(project.pk)
    job_run(str(Inspection.objects.get().job_id))
    job = Job.objects.get(inspection__project=project)
    assert (job.state, job.error_message) == (JobState.COMPLETED, "")
    assert Insertion.objects.get().duration_s == pytest.approx(12.0, abs=0.2)
    assert not Inspection.objects.get().is_stale


def test_movement_that_was_not_measured_yet_is_none(db: None):
    video = video_make(Project.objects.create(owner=user_make("owner"), name="Slab 3"))
    assert shifts_of(video, 0.0) == []
    CameraMovement.objects.create(video=video, reference_s=0.0)
    assert shifts_of(video, 0.0) == []
