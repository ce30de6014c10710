"""A run from its start to its end, also when it ends badly."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections

from apps.accounts.models import User
from apps.analysis.models import FrameResult, Run, Segment
from apps.analysis.running import SegmentWatch, segment_run
from apps.analysis.services.runs import run_cancel, run_delete, run_retry, run_start
from apps.analysis.services.segments import (
    segment_claim,
    segment_fail,
    segment_finish,
    segment_release,
    segment_renew,
    segments_reap,
)
from apps.common.errors import Conflict, DomainError, Invalid, NotFound
from apps.detectors.models import Detector
from apps.projects.models import Project, ProjectStatus, Video, VideoState
from apps.projects.services.projects import project_delete
from apps.projects.storage import FRAMES, ORIGINAL, video_path
from tests.analysis.conftest import FRAME_COUNT
from workers.media.frame_index import FrameIndex

Work = Callable[[Run], None]


def status_of(project: Project) -> str:
    return str(ProjectStatus(Project.objects.get(pk=project.pk).status).label)


def state_of(run: Run) -> str:
    return Run.objects.get(pk=run.pk).job.state


def frames_of(run: Run) -> list[int]:
    return list(run.frame_results.values_list("frame", flat=True))


def test_a_run_analyses_every_sampled_frame_exactly_once(
    project: Project, video: Video, hog: Detector, owner: User, work: Work
) -> None:
    run = run_start(project=project, by=owner, detector=hog, fps=2)
    assert (run.frames_total, run.segments_total) == (12, 3)
    assert status_of(project) == "in_progress"
    work(run)
    run.refresh_from_db()
    assert (run.job.state, run.frames_done, run.segments_done) == ("completed", 12, 3)
    assert status_of(project) == "completed"
    sampled = FrameIndex.load(video_path(video.folder, FRAMES)).sample(2)
    assert frames_of(run) == sampled.tolist() == list(range(0, FRAME_COUNT, 2))
    first = run.frame_results.first()
    assert first is not None
    assert (first.pts_seconds, first.width, first.height) == (0.0, 128, 160)
    assert first.pdq is not None
    assert len(first.pdq) == 32


def test_no_rate_means_every_frame(
    project: Project, video: Video, hog: Detector, owner: User, work: Work
) -> None:
    run = run_start(project=project, by=owner, detector=hog, fps=None)
    work(run)
    assert frames_of(run) == list(range(FRAME_COUNT))


def test_several_videos_are_analysed_in_order(
    project: Project,
    video: Video,
    video_add: Callable[..., Video],
    hog: Detector,
    owner: User,
    work: Work,
) -> None:
    second = video_add(project, "second.mp4")
    run = run_start(project=project, by=owner, detector=hog, fps=1)
    work(run)
    keys = list(run.frame_results.values_list("video", "frame"))
    assert keys == [(v.pk, f) for v in (video, second) for f in range(0, FRAME_COUNT, 4)]


def test_only_the_named_videos_are_analysed(
    project: Project, video: Video, video_add: Callable[..., Video], hog: Detector, owner: User
) -> None:
    second = video_add(project, "second.mp4")
    run = run_start(project=project, by=owner, detector=hog, videos=[second.pk])
    assert set(run.segments.values_list("video", flat=True)) == {second.pk}


def test_a_video_of_another_project_is_refused(
    project: Project, video: Video, video_add: Callable[..., Video], hog: Detector, owner: User
) -> None:
    foreign = video_add(Project.objects.create(owner=owner, name="other"))
    with pytest.raises(Invalid) as refused:
        run_start(project=project, by=owner, detector=hog, videos=[video.pk, foreign.pk])
    assert refused.value.code == "video_not_ready"
    assert not Run.objects.exists()


def test_without_a_ready_video_nothing_starts(
    project: Project, video: Video, hog: Detector, owner: User
) -> None:
    Video.objects.update(state=VideoState.CHECKING)
    with pytest.raises(Conflict) as refused:
        run_start(project=project, by=owner, detector=hog)
    assert refused.value.code == "no_ready_video"


def test_of_many_starts_at_once_exactly_one_is_taken(
    project: Project, video: Video, hog: Detector, owner: User
) -> None:
    answers: list[str] = []
    barrier = threading.Barrier(4)

    def start() -> None:
        barrier.wait()
        try:
            run_start(project=project, by=owner, detector=hog)
            answers.append("started")
        except DomainError as error:
            answers.append(error.code)
        connections.close_all()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["run_already_active"] * 3 + ["started"]
    assert Run.objects.count() == 1


def test_a_deleted_project_starts_nothing(
    project: Project, video: Video, hog: Detector, owner: User
) -> None:
    project_delete(project, by=owner)
    with pytest.raises(NotFound):
        run_start(project=project, by=owner, detector=hog)


def test_a_segment_delivered_twice_is_done_once(
    project: Project, video: Video, hog: Detector, owner: User
) -> None:
    run = run_start(project=project, by=owner, detector=hog, fps=None)
    first = run.segments.first()
    assert first is not None
    segment_run(first.pk)
    segment_run(first.pk)
    run.refresh_from_db()
    assert (run.segments_done, run.frames_done) == (1, 8)
    assert frames_of(run) == list(range(8))


def test_two_workers_on_one_segment_leave_each_frame_once(
    project: Project, video: Video, hog: Detector, owner: User, work: Work
) -> None:
    run = run_start(project=project, by=owner, detector=hog, fps=None)
    pk = run.segments.values_list("pk", flat=True)[0]
    slow = segment_claim(pk, "slow:1:a")
    assert slow is not None
    # Its lease runs out, and somebody else does the work.
    Segment.objects.filter(pk=pk).update(lease_expires_at="2020-01-01T00:00Z")
    segments_reap(resend_all=False)
    work(run)
    assert state_of(run) == "completed"
    assert not segment_finish(slow, "slow:1:a", SegmentWatch(slow, "slow:1:a").results())
    assert not segment_renew(slow, "slow:1:a", frames_done=1, label_counts={}, seconds=1.0)
    assert frames_of(run) == list(range(FRAME_COUNT))
    assert FrameResult.objects.count() == FRAME_COUNT


def test_cancelling_keeps_what_is_done(
    project: Project, video: Video, hog: Detector, owner: User, work: Work
) -> None:
    run = run_start(project=project, by=owner, detector=hog, fps=None)
    segment_run(run.segments.values_list("pk", flat=True)[0])
    run_cancel(project=project)
    assert state_of(run) == "cancelled"
    work(run)
    assert frames_of(run) == list(range(8))
    assert status_of(project) == "cancelled"
    with pytest.raises(Conflict) as refused:
        run_cancel(project=project)
    assert refused.value.code == "no_active_run"


def test_cancelling_before_anybody_came_ends_at_once(
    project: Project, video: Video, hog: Detector, owner: User
) -> None:
    run = run_start(project=project, by=owner, detector=hog)
    run_cancel(project=project)
    assert state_of(run) == "cancelled"


def test_a_run_that_is_being_cancelled_ends_when_its_worker_leaves(
    project: Project, video: Video, hog: Detector, owner: User
) -> None:
    run = run_start(project=project, by=owner, detector=hog)
    segment = segment_claim(run.segments.values_list("pk", flat=True)[0], "w:1:a")
    assert segment is not None
    run_cancel(project=project)
    assert state_of(run) == "cancelling"
    assert not segment_renew(segment, "w:1:a", frames_done=0, label_counts={}, seconds=0.1)
    segment_release(segment, "w:1:a", attempts=0)
    assert state_of(run) == "cancelled"


def test_cancelled_while_the_last_segment_finishes_it_ends_once_and_keeps_all(
    project: Project, video: Video, hog: Detector, owner: User, work: Work
) -> None:
    run = run_start(project=project, by=owner, detector=hog, fps=None)
    pks = list(run.segments.values_list("pk", flat=True))
    for pk in pks[:-1]:
        segment_run(pk)
    done = threading.Event()

    def finish() -> None:
        segment_run(pks[-1])
        connections.close_all()
        done.set()

    thread = threading.Thread(target=finish)
    thread.start()
    while not done.is_set() and state_of(run) == "running":
        try:
            run_cancel(project=project)
        except Conflict:
            break
    thread.join()
    segments_reap(resend_all=False)
    assert state_of(run) in {"completed", "cancelled"}
    frames = frames_of(run)
    assert frames == list(range(len(frames)))
    assert len(frames) in {16, 24}


def test_retry_repeats_only_what_is_missing(
    project: Project,
    video: Video,
    hog: Detector,
    owner: User,
    work: Work,
    gpu_messages: Callable[[], int],
) -> None:
    old = run_start(project=project, by=owner, detector=hog, fps=None)
    segment_run(old.segments.values_list("pk", flat=True)[0])
    run_cancel(project=project)
    new = run_retry(project=project, by=owner)
    assert (new.retry_of, new.attempt, new.fps) == (old, 2, None)
    work(new)
    new.refresh_from_db()
    assert new.job.state == "completed"
    assert (new.frames_done, new.frames_computed) == (FRAME_COUNT, FRAME_COUNT - 8)
    assert frames_of(new) == list(range(FRAME_COUNT))
    assert frames_of(old) == list(range(8))
    copied = FrameResult.objects.get(run=new, frame=3)
    original = FrameResult.objects.get(run=old, frame=3)
    for name in ("pts_seconds", "boxes", "scores", "labels", "pdq", "pdq_quality", "width"):
        assert getattr(copied, name) == getattr(original, name), name


def test_a_completed_run_leaves_nothing_to_retry(
    project: Project, video: Video, hog: Detector, owner: User, work: Work
) -> None:
    with pytest.raises(Conflict) as nothing:
        run_retry(project=project, by=owner)
    assert nothing.value.code == "nothing_to_retry"
    run = run_start(project=project, by=owner, detector=hog)
    with pytest.raises(Conflict) as active:
        run_retry(project=project, by=owner)
    assert active.value.code == "run_already_active"
    work(run)
    with pytest.raises(Conflict) as done:
        run_retry(project=project, by=owner)
    assert done.value.code == "nothing_to_retry"


def test_the_same_work_in_another_project_is_not_done_twice(
    project: Project,
    video: Video,
    video_add: Callable[..., Video],
    hog: Detector,
    owner: User,
    work: Work,
) -> None:
    work(run_start(project=project, by=owner, detector=hog, fps=2))
    other = Project.objects.create(owner=owner, name="other")
    same = video_add(other)
    run = run_start(project=other, by=owner, detector=hog, fps=2)
    work(run)
    run.refresh_from_db()
    assert (run.frames_done, run.frames_computed) == (12, 0)
    assert set(run.frame_results.values_list("video", flat=True)) == {same.pk}


def test_other_settings_are_other_work(
    project: Project, video: Video, hog: Detector, owner: User, work: Work
) -> None:
    work(run_start(project=project, by=owner, detector=hog, fps=2))
    run = run_start(project=project, by=owner, detector=hog, fps=2, score_threshold=0.9)
    work(run)
    run.refresh_from_db()
    assert run.frames_computed == 12


def test_a_segment_that_cannot_be_done_fails_the_run_and_names_the_place(
    project: Project, video: Video, hog: Detector, owner: User, work: Work
) -> None:
    run = run_start(project=project, by=owner, detector=hog, fps=None)
    segment_run(run.segments.values_list("pk", flat=True)[0])
    video_path(video.folder, ORIGINAL).write_bytes(b"not a video any more")
    for _ in range(3):
        work(run)
    run.refresh_from_db()
    assert run.job.state == "failed"
    assert run.job.error_code.startswith("video_")
    assert run.job.error_message.startswith("pour.mp4, segment 1 (2.0-4.0 s): ")
    assert status_of(project) == "failed"
    assert frames_of(run) == list(range(8))
    assert list(run.segments.values_list("state", flat=True)) == ["done", "failed", "pending"]


def test_retry_of_a_failed_run_repeats_only_what_is_missing(
    project: Project, video: Video, hog: Detector, owner: User, work: Work
) -> None:
    old = run_start(project=project, by=owner, detector=hog, fps=None)
    segment_run(old.segments.values_list("pk", flat=True)[0])
    original = video_path(video.folder, ORIGINAL)
    content = original.read_bytes()
    original.write_bytes(b"on a disk that fails for a while")
    for _ in range(3):
        work(old)
    original.write_bytes(content)
    assert state_of(old) == "failed"

    new = run_retry(project=project, by=owner)
    work(new)

    new.refresh_from_db()
    assert (new.job.state, new.retry_of, new.attempt) == ("completed", old, 2)
    assert (new.frames_done, new.frames_computed) == (FRAME_COUNT, FRAME_COUNT - 8)
    assert frames_of(new) == list(range(FRAME_COUNT))
    assert (state_of(old), frames_of(old)) == ("failed", list(range(8)))


def test_a_worker_lost_too_often_fails_the_run_and_names_the_place(
    project: Project, video: Video, hog: Detector, owner: User
) -> None:
    run = run_start(project=project, by=owner, detector=hog)
    pk = run.segments.values_list("pk", flat=True)[1]
    for number in range(3):
        assert segment_claim(pk, f"w:{number}:a")
        Segment.objects.filter(pk=pk).update(lease_expires_at="2020-01-01T00:00Z")
        segments_reap(resend_all=False)
    run.refresh_from_db()
    assert (run.job.state, run.job.error_code) == ("failed", "worker_lost")
    assert "segment 1 (2.0-4.0 s)" in run.job.error_message
    assert "3 times" in run.job.error_message


def test_a_run_deleted_meanwhile_is_left_quietly(
    project: Project, video: Video, hog: Detector, owner: User
) -> None:
    run = run_start(project=project, by=owner, detector=hog)
    pk = run.segments.values_list("pk", flat=True)[0]
    segment = segment_claim(pk, "w:1:a")
    assert segment is not None
    with pytest.raises(Conflict):
        run_delete(run)
    run.job.delete()
    assert not segment_finish(segment, "w:1:a", SegmentWatch(segment, "w:1:a").results())
    segment_fail(segment, "w:1:a", code="x", message="y")
    segment_run(pk)
    assert not FrameResult.objects.exists()


def test_an_ended_run_is_deleted_with_its_results(
    project: Project, video: Video, hog: Detector, owner: User, work: Work
) -> None:
    run = run_start(project=project, by=owner, detector=hog)
    work(run)
    run_delete(Run.objects.get(pk=run.pk))
    assert not FrameResult.objects.exists()
    assert not Segment.objects.exists()


def test_each_segment_is_one_message_and_no_frame_is(
    project: Project, video: Video, hog: Detector, owner: User, gpu_messages: Callable[[], int]
) -> None:
    run_start(project=project, by=owner, detector=hog, fps=None)
    assert gpu_messages() == 3
