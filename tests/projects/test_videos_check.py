"""What becomes of an uploaded file: a ready video, or a rejected one with its reason."""

import errno
import json
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.common.redis import redis_client
from apps.jobs.control import JobCancelled, JobControl
from apps.jobs.models import Job, JobKind, JobState
from apps.jobs.running import job_run
from apps.jobs.services import job_create, job_move
from apps.live.services import log_key, project_topic
from apps.projects import video_tools
from apps.projects.models import Playback, Project, Video, VideoState
from apps.projects.services.sweeping import sweep
from apps.projects.storage import FRAMES, ORIGINAL, PROXY, THUMBNAIL, video_path
from apps.projects.video_jobs import check, proxy
from tests.cast import Cast, client_of
from tests.media import make_video
from workers.media.frame_index import FrameIndex
from workers.media.probe import probe_video


@pytest.fixture
def arrive(cast: Cast):
    """Puts a file where an upload ends, and gives its check job."""

    def put(
        source: Path | bytes, filename: str = "pour.mp4", project: Project | None = None
    ) -> Job:
        data = source if isinstance(source, bytes) else source.read_bytes()
        video = Video.objects.create(
            project=project or cast.project,
            uploaded_by=cast.operator,
            filename=filename,
            size_bytes=len(data),
            folder=uuid4().hex,
        )
        path = video_path(video.folder, ORIGINAL)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return job_create(kind=JobKind.VIDEO_CHECK, project=video.project, video=video)

    return put


def checked(job: Job) -> Video:
    check(job, JobControl())
    return Video.objects.get(jobs=job)


@pytest.fixture
def pour(tmp_path: Path) -> Path:
    path = tmp_path / "pour.mp4"
    make_video(path, size=(160, 120), rate=10, seconds=2)
    return path


def files_of(video: Video) -> set[str]:
    folder = video_path(video.folder, "")
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def test_a_good_video_gets_its_facts_its_index_and_a_picture(arrive, pour):
    video = checked(arrive(pour))

    assert (video.state, video.error_code) == (VideoState.READY, "")
    assert (video.codec, video.width, video.height, video.frame_count) == ("h264", 160, 120, 20)
    assert (video.duration_seconds, video.frame_rate) == (2.0, 10.0)
    assert (len(video.sha256), video.playback) == (64, Playback.ORIGINAL)
    assert files_of(video) == {ORIGINAL, FRAMES, THUMBNAIL}
    assert len(FrameIndex.load(video_path(video.folder, FRAMES))) == 20
    assert not Job.objects.filter(kind=JobKind.VIDEO_PROXY).exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "video_empty"),
        (b"this is text\n" * 1000, "video_not_decodable"),
        (b"<html><script>alert(1)</script></html>", "video_not_decodable"),
        (b"\x00" * 100_000, "video_not_decodable"),
    ],
)
def test_what_is_no_video_is_rejected_and_leaves_nothing(arrive, content, code):
    video = checked(arrive(content))
    assert (video.state, video.error_code) == (VideoState.REJECTED, code)
    assert video.error_message.endswith(".")
    assert files_of(video) == set()


def test_a_truncated_video_is_rejected(arrive, pour):
    video = checked(arrive(pour.read_bytes()[: pour.stat().st_size // 2]))
    assert video.state == VideoState.REJECTED
    assert video.error_code in {"video_not_decodable", "video_truncated"}
    assert files_of(video) == set()


def test_every_hostile_file_ends_ready_or_rejected(arrive, test_data):
    for path in sorted((test_data / "malformed").iterdir())[::6]:
        video = checked(arrive(path, filename=path.name))
        if video.state == VideoState.READY:
            assert ORIGINAL in files_of(video)
        else:
            assert (video.state, files_of(video)) == (VideoState.REJECTED, set()), path.name
            assert video.error_code.startswith("video_"), path.name


def test_the_same_content_twice_in_a_project_is_rejected_by_name(arrive, pour, cast):
    first = checked(arrive(pour, "east.mp4"))
    second = checked(arrive(pour, "west.mp4"))
    elsewhere = Project.objects.create(owner=cast.owner, name="Slab 4")
    third = checked(arrive(pour, project=elsewhere))

    assert (second.state, second.error_code) == (VideoState.REJECTED, "video_duplicate")
    assert "east.mp4" in second.error_message
    assert files_of(second) == set()
    assert [first.state, third.state] == [VideoState.READY] * 2
    assert first.sha256 == second.sha256 == third.sha256


def test_a_check_that_is_delivered_twice_changes_nothing(arrive, pour):
    job = arrive(pour)
    before = checked(job)
    after = checked(Job.objects.get(pk=job.pk))
    assert (after.state, after.sha256) == (before.state, before.sha256)


@pytest.mark.parametrize(("name", "codec"), [("h265_video.mp4", "hevc"), ("av1_video.mkv", "av1")])
def test_what_browsers_cannot_play_gets_a_proxy_they_can(arrive, test_data, name, codec):
    video = checked(arrive(test_data / "video" / name))
    assert (video.state, video.codec, video.playback) == ("ready", codec, Playback.PREPARING)

    control = JobControl()
    proxy(Job.objects.get(kind=JobKind.VIDEO_PROXY, video=video), control)

    video.refresh_from_db()
    assert video.playback == Playback.PROXY
    facts = probe_video(video_path(video.folder, PROXY))
    assert (facts.codec, facts.pixel_format, facts.browser_playable) == ("h264", "yuv420p", True)
    assert facts.frame_count == video.frame_count
    assert files_of(video) == {ORIGINAL, FRAMES, THUMBNAIL, PROXY}


def program(path: Path, script: str) -> str:
    """An executable that stands in for the Python of the children."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def work(job: Job) -> Video:
    """The job as the workers do it, until it has ended."""
    while job.state == JobState.QUEUED:
        job_run(str(job.pk))
        job.refresh_from_db()
    return Video.objects.get(jobs=job)


SEGFAULT = "kill -SEGV $$"
TRACEBACK = "echo ImportError >&2; exit 1"
KILLED = "kill -KILL $$"


# What a thread writes, as the renewal of the lease, waits for a test's own transaction in vain.
COMMITS = pytest.mark.django_db(transaction=True)


def says(code: str) -> str:
    return f"""echo '{{"code": "{code}", "message": "So."}}'; exit 1"""


@COMMITS
@pytest.mark.parametrize(
    ("script", "code"),
    [
        (says("disk_full"), "disk_full"),
        (says("storage_unavailable"), "storage_unavailable"),
        (TRACEBACK, "internal_error"),
        (KILLED, "internal_error"),
    ],
)
def test_trouble_of_the_server_keeps_the_video_and_its_check_comes_later(
    arrive, pour, monkeypatch, tmp_path, script, code
):
    job = arrive(pour)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", program(tmp_path / "python", script))
        video = work(job)
    assert (job.state, video.state, video.error_code) == ("failed", VideoState.CHECKING, code)
    assert files_of(video) == {ORIGINAL}

    sweep()
    video = work(Job.objects.get(video=video, state=JobState.QUEUED))
    assert (video.state, video.error_code, video.error_message) == (VideoState.READY, "", "")


def test_a_server_that_can_start_no_child_keeps_the_video(arrive, pour, monkeypatch):
    def fails(*args: Any, **kwargs: Any) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr("apps.common.processes.subprocess.Popen", fails)
    job = arrive(pour)
    video = work(job)
    assert (job.state, job.attempts) == ("failed", 3)
    assert (video.state, files_of(video)) == (VideoState.CHECKING, {ORIGINAL})


def test_workers_that_are_lost_over_a_check_keep_the_video_and_say_so(arrive, pour):
    job = arrive(pour)
    job_move(job, JobState.RUNNING)
    job_move(job, JobState.FAILED, error_code="worker_lost", error_message="Lost 3 times.")
    video = Video.objects.get(pk=job.video_id)
    assert (video.state, video.error_code) == (VideoState.CHECKING, "worker_lost")
    assert files_of(video) == {ORIGINAL}


def test_a_file_that_ends_its_check_again_and_again_is_rejected(
    arrive, pour, monkeypatch, tmp_path
):
    tries = tmp_path / "tries"
    script = program(tmp_path / "python", f"echo >>{tries}; {SEGFAULT}")
    monkeypatch.setattr(sys, "executable", script)
    job = arrive(pour)
    video = work(job)

    assert (video.state, video.error_code) == (VideoState.REJECTED, "video_check_crashed")
    assert files_of(video) == set()
    assert (job.state, len(tries.read_text().splitlines())) == ("completed", 3)


def test_a_crash_after_workers_were_lost_is_only_the_first_one(arrive, pour, monkeypatch, tmp_path):
    been = tmp_path / "been"
    script = f'test -e "{been}" && exec "{sys.executable}" "$@"; touch "{been}"; {SEGFAULT}'
    monkeypatch.setattr(sys, "executable", program(tmp_path / "python", script))
    job = arrive(pour)
    job.attempts = 3
    assert checked(job).state == VideoState.READY


def test_a_check_that_comes_late_leaves_a_ready_video_alone(arrive, pour, monkeypatch, tmp_path):
    job = arrive(pour)
    stale = Job.objects.select_related("video").get(pk=job.pk)
    video = checked(job)
    monkeypatch.setattr(sys, "executable", program(tmp_path / "python", SEGFAULT))
    check(stale, JobControl())
    video.refresh_from_db()
    assert (video.state, files_of(video)) == ("ready", {ORIGINAL, FRAMES, THUMBNAIL})


@pytest.mark.parametrize("script", [SEGFAULT, TRACEBACK])
def test_without_a_proxy_the_video_is_only_not_played(
    arrive, test_data, monkeypatch, tmp_path, script
):
    video = checked(arrive(test_data / "video" / "h265_video.mp4"))
    monkeypatch.setattr(sys, "executable", program(tmp_path / "python", script))
    job = Job.objects.get(kind=JobKind.VIDEO_PROXY)
    video = work(job)
    assert (job.attempts, video.state, video.playback) == (3, "ready", Playback.UNAVAILABLE)


def test_a_proxy_that_found_the_disk_full_is_made_later(arrive, test_data, monkeypatch, tmp_path):
    video = checked(arrive(test_data / "video" / "h265_video.mp4"))
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", program(tmp_path / "python", says("disk_full")))
        job = Job.objects.get(kind=JobKind.VIDEO_PROXY)
        video = work(job)
    assert (job.error_code, video.playback) == ("disk_full", Playback.PREPARING)

    sweep()
    again = Job.objects.get(kind=JobKind.VIDEO_PROXY, state=JobState.QUEUED)
    assert work(again).playback == Playback.PROXY


def test_a_check_that_takes_too_long_rejects_with_that_reason(arrive, pour, monkeypatch):
    monkeypatch.setattr(video_tools, "BASE_SECONDS", -1.0)
    video = checked(arrive(pour))
    assert (video.state, video.error_code) == (VideoState.REJECTED, "video_too_demanding")


def test_a_video_deleted_during_its_check_leaves_nothing(arrive, pour):
    job = arrive(pour)
    video = Video.objects.get(pk=job.video_id)

    class Deleting(JobControl):
        def check(self) -> None:
            Video.objects.filter(pk=video.pk).delete()
            raise JobCancelled

    with pytest.raises(JobCancelled):
        check(job, Deleting())
    assert files_of(video) == set()


@COMMITS
def test_a_file_that_is_not_there_is_told_and_may_come_back(arrive, pour):
    job = arrive(pour)
    path = video_path(Video.objects.get().folder, ORIGINAL)
    path.rename(path.with_suffix(".unmounted"))
    video = work(job)
    assert (video.state, video.error_code) == (VideoState.CHECKING, "video_file_missing")
    path.with_suffix(".unmounted").rename(path)
    sweep()
    assert work(Job.objects.get(video=video, state=JobState.QUEUED)).state == VideoState.READY


def test_a_check_in_a_deleted_project_still_ends(arrive, pour):
    job = arrive(pour)
    Project.objects.update(deleted_at=timezone.now())
    assert checked(job).state == VideoState.READY


def test_open_pages_are_told_of_every_change(arrive, pour, cast):
    ready, rejected = checked(arrive(pour)), checked(arrive(b""))
    client_of(cast.operator).delete(f"/api/v1/videos/{ready.pk}/")

    events: Any = redis_client().xrange(log_key(project_topic(cast.project.pk)))

    told = [(fields["event"], json.loads(fields["data"])) for _, fields in events[-3:]]
    assert [event for event, _ in told] == ["state"] * 3
    assert [data.get("video", {}).get("state") for _, data in told] == ["ready", "rejected", None]
    assert told[1][1]["video"]["error"]["code"] == rejected.error_code
    assert told[0][1]["video"]["thumbnail_url"] == f"/api/v1/videos/{ready.pk}/thumbnail/"
    assert told[2][1] == {"video_removed": ready.pk}
