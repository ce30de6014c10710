"""A project with a real little video, and the work of a GPU worker done in this process."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from pytest_django import Settings

from apps.accounts.models import User
from apps.analysis.models import Run, Segment
from apps.analysis.running import segment_run
from apps.common.redis import redis_client, redis_key
from apps.detectors.models import Detector
from apps.detectors.services import builtin_detectors_ensure
from apps.projects.models import Project, Video, VideoState
from apps.projects.storage import FRAMES, ORIGINAL, video_files_remove, video_path
from tests.cast import user_make
from workers.media.check import check_video

# 24 frames, four a second, a key frame each second.
FRAME_COUNT = 24
RATE = 4
SEGMENT_SECONDS = 2.0


@pytest.fixture(scope="session")
def little_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bright square that wanders over noise."""
    path = tmp_path_factory.mktemp("little") / "little.mp4"
    noise = np.random.default_rng(1).integers(0, 60, (160, 128, 3), dtype=np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 128, 160, "yuv420p"
        stream.options = {"g": str(RATE), "sc_threshold": "0"}
        stream.time_base = Fraction(1, RATE)
        for number in range(FRAME_COUNT):
            picture = noise.copy()
            picture[40 + number : 90 + number, 40:80] = 220
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def owner(transactional_db: None) -> User:
    return user_make("owner")


@pytest.fixture
def project(owner: User) -> Project:
    return Project.objects.create(owner=owner, name="Slab 3")


@pytest.fixture
def hog(transactional_db: None) -> Detector:
    return builtin_detectors_ensure()


@pytest.fixture
def video_add(little_file: Path, settings: Settings) -> Iterator[Callable[[Project, str], Video]]:
    """Puts the little video into a project, as an upload and its check would have."""
    settings.SEGMENT_SECONDS = SEGMENT_SECONDS
    folders: list[str] = []

    def add(project: Project, filename: str = "pour.mp4") -> Video:
        folder = f"tests/{project.pk}-{len(folders)}"
        folders.append(folder)
        original = video_path(folder, ORIGINAL)
        original.parent.mkdir(parents=True)
        original.write_bytes(little_file.read_bytes())
        checked = check_video(original, video_path(folder, FRAMES))
        facts = checked.facts.to_json()
        facts.pop("browser_playable")
        return Video.objects.create(
            project=project,
            filename=filename,
            folder=folder,
            size_bytes=original.stat().st_size,
            sha256=checked.sha256,
            state=VideoState.READY,
            **facts,
        )

    yield add
    for folder in folders:
        video_files_remove(folder)


@pytest.fixture
def video(project: Project, video_add: Callable[[Project], Video]) -> Video:
    return video_add(project)


@pytest.fixture
def gpu_messages(transactional_db: None) -> Callable[[], int]:
    """How many messages wait for the GPU workers; none at the beginning of the test."""
    key = redis_key("celery", "gpu")
    redis_client().delete(key)
    return lambda: int(redis_client().llen(key))


@pytest.fixture
def work(transactional_db: None) -> Callable[[Run], None]:
    """Does what a GPU worker would do for all segments of a run that wait."""

    def do(run: Run) -> None:
        for pk in Segment.objects.filter(run=run).values_list("pk", flat=True):
            segment_run(pk)

    return do
