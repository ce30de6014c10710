"""Rows for the benchmark of the list of projects; imported inside of the system that it fills."""

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.accounts.services import token_create
from apps.analysis.models import Run, Segment, SegmentState
from apps.detectors.models import Detector
from apps.jobs.models import Job, JobKind, JobState
from apps.projects.models import Member, MemberRole, Project, ProjectStatus, Video, VideoState

BATCH = 500
MEMBER_EVERY = 20
ACTIVE_RUNS = 5


@transaction.atomic
def fill(size: int, *, frames_per_project: int) -> None:
    """Up to `size` projects with a video, a run and its frames each, and a member now and then."""
    projects = _projects(range(Project.objects.count(), size))
    videos = Video.objects.bulk_create(
        [
            Video(
                project=project,
                uploaded_by=project.owner,
                filename="pour.mp4",
                size_bytes=1,
                folder=f"project-{project.pk}",
                state=VideoState.READY,
                duration_seconds=20.0,
                has_thumbnail=True,
            )
            for project in projects
        ],
        batch_size=BATCH,
    )
    segments = Segment.objects.bulk_create(
        [
            Segment(
                run=run,
                video=video,
                number=0,
                first_frame=0,
                end_frame=frames_per_project,
                start_seconds=0.0,
                end_seconds=20.0,
                state=SegmentState.DONE,
                frames_total=frames_per_project,
                content_key=f"{run.pk:064}",
            )
            for run, video in zip(_runs(projects, frames_per_project), videos, strict=True)
        ],
        batch_size=BATCH,
    )
    _frames_insert(first_segment=segments[0].pk, frames_per_segment=frames_per_project)


def _projects(numbers: range) -> list[Project]:
    owner, member = User.objects.get(username="admin"), User.objects.get(username="member")
    projects = Project.objects.bulk_create(
        [
            Project(
                owner=owner,
                name=f"{'Slab' if number % 10 else 'Wall'} {number * 7919 % 100_003}",
                status=ProjectStatus(number % 5),
            )
            for number in numbers
        ],
        batch_size=BATCH,
    )
    Member.objects.bulk_create(
        Member(project=project, user=member, role=MemberRole.OPERATOR)
        for project in projects[::MEMBER_EVERY]
    )
    return projects


def _runs(projects: list[Project], frames_per_run: int) -> list[Run]:
    detector, _ = Detector.objects.get_or_create(
        name="hog", defaults={"kind": "hog", "digest": "0" * 64}
    )
    states = [JobState.COMPLETED] * (len(projects) - ACTIVE_RUNS) + [JobState.RUNNING] * ACTIVE_RUNS
    jobs = Job.objects.bulk_create(
        [
            Job(kind=JobKind.ANALYSIS, project=project, created_by=project.owner, state=state)
            for project, state in zip(projects, states, strict=True)
        ],
        batch_size=BATCH,
    )
    return Run.objects.bulk_create(
        [
            Run(
                job=job,
                project=job.project,
                detector=detector,
                detector_digest=detector.digest,
                score_threshold=0.3,
                nms_iou=0.5,
                code_version="0",
                frames_total=frames_per_run,
                segments_total=1,
            )
            for job in jobs
        ],
        batch_size=BATCH,
    )


def _frames_insert(*, first_segment: int, frames_per_segment: int) -> None:
    """Every frame of every new segment, made by the database itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO analysis_frameresult (run_id, segment_id, video_id, segment_number, frame,
                pts_seconds, width, height, boxes, scores, labels, pdq_quality)
            WITH RECURSIVE numbers (frame) AS (
                SELECT 0 UNION ALL SELECT frame + 1 FROM numbers WHERE frame < %s
            )
            SELECT run_id, segment.id, video_id, 0, frame, frame / 5.0, 480, 360,
                '[[10.0, 20.0, 50.0, 120.0]]', '[0.9]', '["worker"]', 100
            FROM analysis_segment AS segment, numbers
            WHERE segment.id >= %s
            """,
            [frames_per_segment - 1, first_segment],
        )


def queries_of_a_page() -> int:
    """How many queries a full page takes for somebody who sees few of the projects."""
    member = User.objects.get(username="member")
    _, key = token_create(user=member, name="queries", expires_in_days=1)
    client = APIClient(HTTP_AUTHORIZATION=f"Token {key}", HTTP_HOST="localhost")
    address = "/api/v1/projects/"
    client.get(address)  # notes when the token was used
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return len(queries)
