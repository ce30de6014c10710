"""A pour with a video that shows the number of each frame, inspected."""

import contextlib
import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from apps.evidence import tools
from apps.evidence.services import evidence as evidence_service
from apps.evidence.services import reports as report_service
from apps.inspection.models import Finding
from apps.inspection.services.sites import site_save
from apps.jobs.control import JobControl
from apps.jobs.models import Job, JobState
from apps.jobs.services import job_claim, job_move
from apps.projects.models import Project, Video
from apps.projects.storage import FRAMES, ORIGINAL, video_path
from tests.cast import Cast
from tests.inspection.conftest import Worker, run_make, site_of, video_make
from tests.inspection.conftest import worker as worker
from tests.media import make_video
from tests.vibration.scene import stays
from workers.cli.main import main
from workers.errors import WorkerError
from workers.media.indexing import build_frame_index

SIZE = (1280, 720)


@pytest.fixture
def tools_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The programs in this process: starting Python takes longer than what they do."""

    def run(
        command: str, *arguments: str, document: dict[str, Any] | None = None, **_: Any
    ) -> dict[str, Any]:
        inputs = []
        if document is not None:
            path = tmp_path / "document.json"
            path.write_text(json.dumps(document))
            inputs = [str(path)]
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            code = main([command, *inputs, *arguments])
        answer: dict[str, Any] = json.loads(said.getvalue().splitlines()[-1])
        if code:
            raise WorkerError(answer["code"], answer["message"])
        return answer

    for module in (tools, evidence_service, report_service):
        monkeypatch.setattr(module, "run_tool", run)


@pytest.fixture(scope="session")
def pour_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pour") / "pour.mp4"
    make_video(path, size=SIZE, rate=2, seconds=60.0, key_every=4)
    return path


@dataclass
class Pour:
    project: Project
    video: Video
    worker: Worker

    @property
    def short(self) -> Finding:
        """The insertion that was too short."""
        return Finding.objects.get(project=self.project, rule="V01")


@pytest.fixture
def pour(cast: Cast, worker: Worker, pour_file: Path) -> Pour:
    """A compliant insertion and one of four seconds."""
    shutil.rmtree(settings.EVIDENCE_ROOT, ignore_errors=True)
    video = video_make(cast.project, sha256="ab" * 32)
    folder = video_path(video.folder, ORIGINAL).parent
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(pour_file, folder / ORIGINAL)
    build_frame_index(folder / ORIGINAL).save(folder / FRAMES)
    site_save(project=cast.project, by=cast.owner, based_on=0, site=site_of(video), note="")
    plan = [(5.0, 20.0, 2.5, 2.5), (30.0, 34.0, 3.2, 3.2)]
    run_make(cast.project, {video: stays(plan, end_s=59.0)})
    worker.compute(cast.project)
    return Pour(cast.project, video, worker)


def work(job: Job | None, handler: Any) -> None:
    """Do a job as an io worker would."""
    assert job is not None
    claimed = job_claim(str(job.pk), "tests")
    assert claimed is not None
    handler(claimed, JobControl())
    assert job_move(claimed, JobState.COMPLETED, held_by="tests")
