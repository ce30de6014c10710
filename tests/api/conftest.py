"""One thing of every kind that belongs to somebody, to try the addresses of the API with."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.services import token_create
from apps.analysis.models import FrameResult, Run, Segment, SegmentState
from apps.detectors.models import Detector
from apps.evidence.models import FindingEvidence, Report
from apps.evidence.storage import finding_folder, report_path
from apps.inspection.models import (
    EditKind,
    Finding,
    Grade,
    Insertion,
    InsertionEdit,
    Origin,
    Severity,
    SiteVersion,
    Verdict,
)
from apps.jobs.models import Job, JobKind, JobState
from apps.projects.models import Playback, Project, Upload, Video, VideoState
from apps.projects.storage import ORIGINAL, THUMBNAIL, video_path
from tests.api.learning import learning_things
from tests.cast import Cast
from workers.vibration.pour_site import EMPTY


def _inspected(project: Project, video: Video) -> tuple[Insertion, InsertionEdit, Finding]:
    """What an inspection leaves: a site, an insertion, a correction and a finding."""
    SiteVersion.objects.create(project=project, version=1, site=EMPTY, sha256="0" * 64)
    edit = InsertionEdit.objects.create(
        project=project,
        video=video,
        kind=EditKind.ADD,
        after={"start_s": 1.0, "end_s": 9.0, "u_px": 10.0, "v_px": 20.0},
        reason="seen",
    )
    insertion = Insertion.objects.create(
        project=project,
        video=video,
        edit=edit,
        number=1,
        start_s=1.0,
        end_s=9.0,
        pour_start_s=1.0,
        duration_s=8.0,
        duration_sigma_s=0.2,
        observed_ratio=1.0,
        u_px=10.0,
        v_px=20.0,
        flags=["manual"],
        origin=Origin.ADDED,
        grade=Grade.SHORT,
    )
    finding = Finding.objects.create(
        project=project,
        number=1,
        rule="V01",
        severity=Severity.MINOR,
        verdict=Verdict.VIOLATION,
        value=8.0,
        limit=10.0,
        unit="s",
        video=video,
        start_s=1.0,
        end_s=9.0,
        pour_start_s=1.0,
        day=date(2026, 5, 4),
        insertion_ids=[insertion.pk],
        insertion_numbers=[1],
        site_sha256="0" * 64,
    )
    return insertion, edit, finding


def _evidence(finding: Finding, owner: User) -> Report:
    """A picture of the finding, and a record."""
    files = [{"name": "still.jpg", "sha256": "0" * 64, "size_bytes": 4}]
    FindingEvidence.objects.create(finding=finding, files=files)
    report = Report.objects.create(
        project=finding.project, format="pdf", language="en", sha256="0" * 64, created_by=owner
    )
    for path in (
        finding_folder(finding.project_id, finding.pk) / "still.jpg",
        report_path(finding.project_id, report.pk, report.format),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"data")
    return report


@pytest.fixture
def ids(cast: Cast) -> dict[str, object]:
    """Of things that belong to the owner, by the first part of their addresses."""
    video = Video.objects.create(
        project=cast.project,
        uploaded_by=cast.owner,
        filename="pour.mp4",
        size_bytes=4,
        folder="strangers",
        state=VideoState.READY,
        playback=Playback.ORIGINAL,
        has_thumbnail=True,
        duration_seconds=10.0,
    )
    for name in (ORIGINAL, THUMBNAIL):
        path = video_path(video.folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"data")
    upload = Upload.objects.create(
        project=cast.project,
        owner=cast.owner,
        filename="next.mp4",
        size_bytes=10,
        expires_at=timezone.now() + timedelta(hours=1),
    )
    job = Job.objects.create(
        kind=JobKind.ANALYSIS, state=JobState.COMPLETED, project=cast.project, created_by=cast.owner
    )
    detector, _ = Detector.objects.get_or_create(
        name="hog", defaults={"kind": "hog", "digest": "0" * 64}
    )
    run = Run.objects.create(
        job=job,
        project=cast.project,
        detector=detector,
        detector_digest=detector.digest,
        score_threshold=0.3,
        nms_iou=0.5,
        code_version="0",
        frames_total=1,
        segments_total=1,
        frames_done=1,
        segments_done=1,
        label_counts={"worker": 1},
    )
    segment = Segment.objects.create(
        run=run,
        video=video,
        number=0,
        first_frame=0,
        end_frame=1,
        start_seconds=0.0,
        end_seconds=10.0,
        state=SegmentState.DONE,
        frames_total=1,
        frames_done=1,
        content_key="0" * 64,
    )
    FrameResult.objects.create(
        run=run,
        segment=segment,
        segment_number=0,
        video=video,
        frame=0,
        pts_seconds=0.0,
        width=640,
        height=480,
        boxes=[[1.0, 2.0, 30.0, 40.0]],
        scores=[0.9],
        labels=["worker"],
        pdq=bytes(32),
        pdq_quality=100,
    )
    token, _ = token_create(user=cast.owner, name="mine", expires_in_days=1)
    insertion, edit, finding = _inspected(cast.project, video)
    return {
        "insertions": insertion.pk,
        "insertion-edits": edit.pk,
        "findings": finding.pk,
        "reports": _evidence(finding, cast.owner).pk,
        "projects": cast.project.pk,
        "videos": video.pk,
        "uploads": upload.pk,
        "runs": run.pk,
        "tokens": token.pk,
        "users": cast.owner.pk,
        "detectors": detector.pk,
        **learning_things(cast.stranger),
        # Of nothing that exists: who may not ask is refused before.
        "imports": 1,
        "evaluations": 1,
        "sets": 1,
    }
