"""Videos in lists, deleting one, and purging a whole project."""

from uuid import uuid4

import pytest

from apps.analysis.models import FrameResult, Run, Segment
from apps.detectors.models import Detector
from apps.jobs.control import JobControl
from apps.jobs.models import Job, JobKind, JobState
from apps.jobs.services import job_create
from apps.projects.models import Project, Upload, Video, VideoState
from apps.projects.services.uploads import upload_create
from apps.projects.storage import ORIGINAL, upload_path, video_path
from apps.projects.video_jobs import purge, video_purge
from tests.cast import client_of
from tests.tus import Tus

VIDEOS = "/api/v1/videos/"


def video_make(project: Project, **fields: object) -> Video:
    video = Video.objects.create(
        **{
            "project": project,
            "folder": uuid4().hex,
            "size_bytes": 5,
            "filename": "pour.mp4",
            "state": VideoState.READY,
            **fields,
        }
    )
    path = video_path(video.folder, ORIGINAL)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"12345")
    return video


def run_make(project: Project, video: Video, *, state: JobState, frames: int = 12) -> Run:
    detector, _ = Detector.objects.get_or_create(name="hog", defaults={"kind": "hog"})
    run = Run.objects.create(
        job=Job.objects.create(kind=JobKind.ANALYSIS, project=project, state=state),
        project=project,
        detector=detector,
        score_threshold=0.3,
        nms_iou=0.5,
        frames_total=frames,
        segments_total=1,
    )
    segment = Segment.objects.create(
        run=run,
        video=video,
        number=0,
        first_frame=0,
        end_frame=frames,
        start_seconds=0,
        end_seconds=1,
        frames_total=frames,
    )
    FrameResult.objects.bulk_create(
        FrameResult(
            run=run,
            segment=segment,
            video=video,
            segment_number=0,
            frame=frame,
            pts_seconds=frame / 10,
            width=1,
            height=1,
        )
        for frame in range(frames)
    )
    return run


def test_the_list_is_filtered_by_project_and_state(cast):
    mine = video_make(cast.project)
    video_make(cast.project, state=VideoState.REJECTED, error_code="video_empty")
    other = Project.objects.create(owner=cast.owner, name="Slab 4")
    video_make(other)
    viewer = client_of(cast.viewer)

    page = viewer.get(f"{VIDEOS}?project={cast.project.pk}&state=ready").json()

    assert [video["id"] for video in page["results"]] == [mine.pk]
    assert viewer.get(VIDEOS).json()["count"] == 2
    assert client_of(cast.stranger).get(VIDEOS).json()["count"] == 0


def test_a_rejected_video_tells_why(cast):
    video = video_make(
        cast.project,
        state=VideoState.REJECTED,
        error_code="video_empty",
        error_message="The file is empty.",
    )
    shown = client_of(cast.viewer).get(f"{VIDEOS}{video.pk}/").json()
    assert shown["error"] == {"code": "video_empty", "message": "The file is empty."}


def test_deleting_a_video_takes_its_files_and_results_and_no_others(cast):
    video, kept = video_make(cast.project), video_make(cast.project)
    run_make(cast.project, video, state=JobState.COMPLETED)
    run_make(cast.project, kept, state=JobState.COMPLETED)

    assert client_of(cast.operator).delete(f"{VIDEOS}{video.pk}/").status_code == 204

    shown = client_of(cast.operator).get(f"/api/v1/projects/{cast.project.pk}/").json()
    assert [video["id"] for video in shown["videos"]] == [kept.pk]
    for method in ("get", "delete"):
        assert getattr(client_of(cast.operator), method)(f"{VIDEOS}{video.pk}/").status_code == 404
    assert not video_path(video.folder, "").exists()
    [job] = Job.objects.filter(kind=JobKind.VIDEO_PURGE)
    video_purge(job, JobControl())
    video_purge(job, JobControl())  # delivered again
    assert set(Video.with_deleted.all()) == {kept}
    assert set(FrameResult.objects.values_list("video", flat=True)) == {kept.pk}
    assert FrameResult.objects.count() == 12
    assert video_path(kept.folder, ORIGINAL).exists()


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING, JobState.CANCELLING])
def test_a_video_that_a_run_uses_cannot_be_deleted(cast, state):
    video = video_make(cast.project)
    run_make(cast.project, video, state=state)
    answer = client_of(cast.manager).delete(f"{VIDEOS}{video.pk}/")
    assert (answer.status_code, answer.json()["code"]) == (409, "video_in_use")
    assert video_path(video.folder, ORIGINAL).exists()


def test_deleting_a_video_ends_its_check(cast):
    video = video_make(cast.project, state=VideoState.CHECKING)
    job = job_create(kind=JobKind.VIDEO_CHECK, project=cast.project, video=video)
    assert client_of(cast.operator).delete(f"{VIDEOS}{video.pk}/").status_code == 204
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_the_upload_of_a_deleted_video_is_gone_too(cast):
    tus = Tus(client_of(cast.operator))
    path = tus.begin(cast.project.pk, 3)
    video = tus.append(path, 0, b"123").headers["CVD-Video-Id"]
    tus.client.delete(f"{VIDEOS}{video}/")
    assert tus.request("HEAD", path).status == 404
    assert not Upload.objects.exists()


def test_who_only_looks_deletes_nothing(cast):
    video = video_make(cast.project)
    assert client_of(cast.viewer).delete(f"{VIDEOS}{video.pk}/").status_code == 403
    assert client_of(cast.stranger).delete(f"{VIDEOS}{video.pk}/").status_code == 404
    assert Video.objects.filter(pk=video.pk).exists()


def test_purging_a_deleted_project_leaves_nothing_of_it(cast, monkeypatch):
    monkeypatch.setattr("apps.common.deletion.BATCH_ROWS", 5)  # several batches of a few rows
    video = video_make(cast.project)
    run_make(cast.project, video, state=JobState.COMPLETED)
    upload = upload_create(
        user=cast.operator, project=cast.project, filename="a", size_bytes=9, metadata=""
    )
    other = Project.objects.create(owner=cast.owner, name="Slab 4")
    kept = video_make(other)
    run_make(other, kept, state=JobState.COMPLETED)
    assert client_of(cast.owner).delete(f"/api/v1/projects/{cast.project.pk}/").status_code == 204
    job = Job.objects.get(kind=JobKind.PROJECT_PURGE)

    purge(job, JobControl())

    assert set(Project.objects.all()) == {other}
    assert not video_path(video.folder, "").exists()
    assert not upload_path(upload.pk).exists()
    assert set(FrameResult.objects.values_list("video", flat=True)) == {kept.pk}
    assert set(Job.objects.values_list("project", flat=True)) == {other.pk}
    purge(job, JobControl())  # delivered again


def test_a_project_that_is_not_deleted_is_never_purged(cast):
    video = video_make(cast.project)
    purge(job_create(kind=JobKind.PROJECT_PURGE, project=cast.project), JobControl())
    video_purge(
        job_create(kind=JobKind.VIDEO_PURGE, project=cast.project, video=video), JobControl()
    )
    assert Video.objects.get() == video
    assert video_path(video.folder, ORIGINAL).exists()


def test_filters_do_not_show_which_projects_exist(cast):
    stranger = client_of(cast.stranger)
    for project in (cast.project.pk, 999_999):
        answer = stranger.get(f"{VIDEOS}?project={project}")
        assert (answer.status_code, answer.json()["count"]) == (200, 0)
    assert stranger.get(f"{VIDEOS}?project=x").status_code == 400
    assert stranger.get(f"{VIDEOS}?project={10**30}").status_code == 400
    assert stranger.get(f"{VIDEOS}?state=x").status_code == 400


@pytest.mark.parametrize("what", ["", "media/", "original/", "thumbnail/"])
def test_a_number_beyond_any_is_not_found(cast, what):
    assert client_of(cast.owner).get(f"{VIDEOS}{10**30}/{what}").status_code == 404
