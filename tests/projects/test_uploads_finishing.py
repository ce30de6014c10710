"""A finished upload becomes one video, whatever is cut in between; the sweep clears the rest."""

import os
import threading
import time
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import timezone

from apps.common.errors import NotFound
from apps.jobs.models import Job, JobKind, JobState
from apps.operations.selectors.system import disk
from apps.projects.models import DELETED_CODE, Playback, Project, Upload, Video, VideoState
from apps.projects.services import uploads
from apps.projects.services.sweeping import sweep
from apps.projects.services.upload_locks import upload_lock
from apps.projects.services.uploads import upload_create, upload_finish
from apps.projects.services.videos import video_reject
from apps.projects.storage import ORIGINAL, upload_path, video_folder, video_path
from tests.cast import Cast, client_of
from tests.tus import Tus

TWO_DAYS_SECONDS = 2 * 24 * 3600


@pytest.fixture
def complete(cast: Cast) -> UUID:
    """An upload whose bytes are all there, and whose server died before it said so."""
    upload = upload_create(
        user=cast.operator, project=cast.project, filename="a.mp4", size_bytes=5, metadata=""
    )
    upload_path(upload.pk).write_bytes(b"12345")
    return upload.pk


def moved(upload_id: UUID) -> None:
    """The server died even later: the file is in its place and only the row is missing."""
    uploads._move_into_place(upload_id)
    assert not upload_path(upload_id).exists()


@pytest.mark.parametrize("died", [lambda _: None, moved], ids=["before-move", "after-move"])
@pytest.mark.parametrize("found_by", ["head", "patch", "sweep"])
def test_a_complete_file_without_a_video_is_picked_up(cast, complete, died, found_by):
    died(complete)
    tus, path = Tus(client_of(cast.operator)), f"/api/v1/uploads/{complete}/"

    if found_by == "head":
        assert tus.request("HEAD", path).headers["CVD-Video-Id"]
    elif found_by == "patch":
        assert tus.append(path, 5, b"").headers["CVD-Video-Id"]
    else:
        sweep()
    sweep()

    video = Video.objects.get()
    assert Upload.objects.get().video == video
    assert video_path(video.folder, ORIGINAL).read_bytes() == b"12345"
    assert Job.objects.filter(kind=JobKind.VIDEO_CHECK, video=video).count() == 1


def test_finishing_again_gives_the_same_video(complete):
    assert upload_finish(complete) == upload_finish(complete) == Video.objects.get()


@pytest.mark.django_db(transaction=True)
def test_two_servers_that_finish_together_make_one_video(cast, complete):
    barrier, found, failed = threading.Barrier(2), [], []

    def finish() -> None:
        try:
            barrier.wait()
            found.append(upload_finish(complete).pk)
        except Exception as error:  # noqa: BLE001
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=finish) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failed
    assert found == [Video.objects.get().pk] * 2
    assert Job.objects.filter(kind=JobKind.VIDEO_CHECK).count() == 1


def test_nothing_is_left_when_the_project_went_meanwhile(cast, complete):
    Project.objects.update(deleted_at=timezone.now())
    with pytest.raises(NotFound):
        upload_finish(complete)
    assert not upload_path(complete).exists()
    assert not video_path(video_folder(complete), ORIGINAL).exists()
    assert not Video.objects.exists()


def test_only_one_writer_has_an_upload(cast, complete):
    tus, path = Tus(client_of(cast.operator)), f"/api/v1/uploads/{complete}/"
    Upload.objects.update(size_bytes=6)
    with upload_lock(complete):
        answer = tus.append(path, 5, b"6")
        assert (answer.status, answer.code) == (423, "upload_locked")
        assert tus.offset(path) == 5
    assert tus.append(path, 5, b"6").status == 204


def test_the_sweep_takes_the_bytes_of_an_expired_upload_and_later_its_row(cast, complete):
    Upload.objects.update(size_bytes=6, expires_at=timezone.now() - timedelta(seconds=1))
    with upload_lock(complete):  # somebody is still writing
        sweep()
        assert upload_path(complete).exists()
    sweep()
    assert not upload_path(complete).exists()
    assert Tus(client_of(cast.operator)).request("HEAD", f"/api/v1/uploads/{complete}/").status == (
        410
    )

    Upload.objects.update(expires_at=timezone.now() - timedelta(days=8))
    sweep()
    assert not Upload.objects.exists()


def test_the_sweep_takes_old_files_that_no_row_knows_and_nothing_else(cast, complete, settings):
    moved(complete)
    video = upload_finish(complete)
    orphan, young, foreign = uuid4().hex, uuid4().hex, "lost+found"
    for name in (orphan, young, foreign):
        (settings.MEDIA_ROOT / name).mkdir()
        (settings.UPLOAD_ROOT / name).touch()
    kept, part = video_path(video.folder, ORIGINAL), video_path(video.folder, "proxy.mp4.part")
    part.touch()
    for path in [*settings.MEDIA_ROOT.rglob("*"), *settings.UPLOAD_ROOT.iterdir()]:
        if path.name != young:
            age(path)

    sweep()

    for root in (settings.MEDIA_ROOT, settings.UPLOAD_ROOT):
        assert not (root / orphan).exists()
        assert (root / young).exists()
        assert (root / foreign).exists()
    assert kept.exists()
    assert not part.exists()


def test_the_sweep_takes_what_a_rejected_video_left(cast, complete, settings):
    moved(complete)
    video = upload_finish(complete)
    video_reject(video, code="video_not_decodable", message="It cannot be read.")
    left = settings.MEDIA_ROOT / video.folder
    left.mkdir()
    age(left)
    sweep()
    assert not left.exists()
    assert disk()["media_bytes"] == 0


def age(path: os.PathLike[str]) -> None:
    then = time.time() - TWO_DAYS_SECONDS
    os.utime(path, (then, then))


def test_the_sweep_makes_lost_jobs_again_once(cast, complete):
    checking = upload_finish(complete)
    preparing = Video.objects.create(
        project=cast.project,
        folder=uuid4().hex,
        size_bytes=1,
        state=VideoState.READY,
        playback=Playback.PREPARING,
    )
    gone = Project.objects.create(owner=cast.owner, name="gone", deleted_at=timezone.now())
    Job.objects.update(state=JobState.FAILED)

    sweep()
    sweep()

    made = Job.objects.filter(state=JobState.QUEUED)
    assert {(job.kind, job.video, job.project) for job in made} == {
        (JobKind.VIDEO_CHECK, checking, cast.project),
        (JobKind.VIDEO_PROXY, preparing, cast.project),
        (JobKind.PROJECT_PURGE, None, gone),
    }
    assert made.count() == 3


def test_the_sweep_goes_on_with_a_deletion_that_was_cut(cast, complete):
    video = upload_finish(complete)
    Video.objects.update(state=VideoState.REJECTED, error_code=DELETED_CODE)
    Job.objects.update(state=JobState.FAILED)
    sweep()
    sweep()
    [job] = Job.objects.filter(state=JobState.QUEUED)
    assert (job.kind, job.video) == (JobKind.VIDEO_PURGE, video)
