"""Evidence of findings: asked for, made by a job, made by itself for what a final result holds."""

import shutil
from contextlib import suppress
from heapq import nsmallest
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.accounts.models import User
from apps.analysis.models import FrameResult
from apps.common.errors import Conflict, NotFound
from apps.evidence.models import EvidenceRound, FindingEvidence
from apps.evidence.storage import finding_folder
from apps.evidence.tools import run_tool
from apps.inspection.models import Finding, Inspection
from apps.inspection.services.telling import finding_changed
from apps.jobs.control import JobControl
from apps.jobs.models import ACTIVE_STATES, Job, JobKind
from apps.jobs.services import job_create
from apps.projects.models import Video, VideoState
from apps.projects.storage import FRAMES, ORIGINAL, video_path
from workers.report.ranking import finding_rank
from workers.vibration.rules.table import RULE_SPECS

# Made by itself for so many findings of a project; the others when somebody opens them.
AUTOMATIC_MOST = 40
ROUNDS_AT_ONCE = 20
# A finding that a new computation moved by more shows something else now.
MOVED_S = 0.5
MOVED_PX = 8.0
# What lasts long is pictured early on, when it had just been found.
STILL_LATEST_S = 20.0
BOXES_WITHIN_S = 0.6
_UNITS = {"m2": "m²"}


def evidence_request(finding: Finding, *, by: User | None = None) -> FindingEvidence:
    """Have the evidence made, again if it is there.

    Raises:
        Conflict: `finding_has_no_video`.
        NotFound: a computation has removed the finding meanwhile.
    """
    video = finding.video
    if video is None or video.state != VideoState.READY:
        raise Conflict("The finding is not about a moment of a video.", code="finding_has_no_video")
    with transaction.atomic():
        if not Finding.objects.select_for_update().filter(pk=finding.pk).exists():
            raise NotFound("There is no such finding, or no longer.")
        row, _ = FindingEvidence.objects.get_or_create(finding=finding)
        row = FindingEvidence.objects.select_for_update().get(pk=row.pk)
        if row.job is None or row.job.state not in ACTIVE_STATES:
            row.job = job_create(
                kind=JobKind.FINDING_EVIDENCE, project=finding.project, video=video, created_by=by
            )
            row.shown = _said_by(finding)
            row.save(update_fields=["job", "shown"])
    return row


def evidence_ensure(finding: Finding) -> None:
    """Have it made if there is none of the finding as it is now."""
    row = FindingEvidence.objects.filter(finding=finding).first()
    is_there = row is not None and _is_alike(row.shown, _said_by(finding))
    if not is_there and finding.video is not None and finding.video.state == VideoState.READY:
        evidence_request(finding)


def evidence_make(job: Job, control: JobControl) -> None:
    """Handler: cut the files out of the video and keep their digests."""
    row = FindingEvidence.objects.select_related("finding__video").filter(job=job).first()
    if row is None or row.finding.video is None:
        return
    finding, video = row.finding, row.finding.video
    folder = finding_folder(finding.project_id, finding.pk)
    part = folder.with_name(f"{folder.name}.{job.pk.hex}.part")
    try:
        answer = run_tool(
            "evidence",
            "--video",
            str(video_path(video.folder, ORIGINAL)),
            "--index",
            str(video_path(video.folder, FRAMES)),
            "--out",
            str(part),
            document=_request(finding, video),
            check=control.check,
        )
        control.progress(0.9)
        with transaction.atomic():
            written = FindingEvidence.objects.filter(pk=row.pk, job=job).update(
                files=answer["files"], made_at=timezone.now()
            )
            if written:
                shutil.rmtree(folder, ignore_errors=True)
                part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def evidence_ended(job: Job) -> None:
    """Ending: tell the open pages."""
    row = FindingEvidence.objects.select_related("finding").filter(job=job).first()
    if row is not None:
        finding = row.finding
        transaction.on_commit(lambda: finding_changed(finding))


def evidence_reap(*, resend_all: bool) -> None:
    """Ask for the evidence of findings once a pour's result is final."""
    done = EvidenceRound.objects.filter(
        project=OuterRef("project"), computed__gte=OuterRef("computed")
    )
    final = Inspection.objects.filter(
        ~Exists(done), is_final=True, computed__gt=0, project__deleted_at=None
    )
    for inspection in final[:ROUNDS_AT_ONCE]:
        for finding in _gravest(inspection.project_id):
            with suppress(NotFound):
                evidence_ensure(finding)
        EvidenceRound.objects.update_or_create(
            project_id=inspection.project_id, defaults={"computed": inspection.computed}
        )


def _gravest(project_id: int) -> list[Finding]:
    """The findings that come first, as in the cards of a record."""
    rows = Finding.objects.filter(
        project=project_id, is_current=True, video__state=VideoState.READY
    )
    ranked = rows.only("state", "verdict", "severity", "pour_start_s", "number")
    first = [one.pk for one in nsmallest(AUTOMATIC_MOST, ranked.iterator(), key=finding_rank)]
    found = rows.select_related("video", "project").in_bulk(first)
    return [found[pk] for pk in first if pk in found]


def _said_by(finding: Finding) -> dict[str, Any]:
    """What pictures, clip and caption of a finding tell of it."""
    return {
        "video": finding.video_id,
        "numbers": _numbers(finding),
        "times_s": [finding.start_s, finding.end_s],
        "place_px": [finding.u_px, finding.v_px],
    }


def _is_alike(shown: dict[str, Any], now: dict[str, Any]) -> bool:
    def near(name: str, most: float) -> bool:
        pairs = zip(shown[name], now[name], strict=True)
        return all(
            one is other or (None not in (one, other) and abs(one - other) <= most)
            for one, other in pairs
        )

    if shown.keys() != now.keys():
        return False
    is_same = (shown["video"], shown["numbers"]) == (now["video"], now["numbers"])
    return is_same and near("times_s", MOVED_S) and near("place_px", MOVED_PX)


def _numbers(finding: Finding) -> str:
    unit = _UNITS.get(finding.unit, finding.unit)
    return f"{finding.value:.3g} {unit} (limit {finding.limit:.3g} {unit})"


def _request(finding: Finding, video: Video) -> dict[str, Any]:
    still_s = finding.start_s + min((finding.end_s - finding.start_s) / 2.0, STILL_LATEST_S)
    still_s = min(max(still_s, 0.0), video.duration_seconds)
    spec = RULE_SPECS[finding.rule]
    point = None
    if finding.u_px is not None and finding.v_px is not None:
        point = [finding.u_px, finding.v_px]
    return {
        "start_s": finding.start_s,
        "end_s": max(finding.start_s, finding.end_s),
        "still_s": still_s,
        "point_px": point,
        "objects": _objects(finding, still_s),
        "caption": [
            f"#{finding.number} {finding.rule} {spec.name_zh} / {spec.name_en}",
            f"{_numbers(finding)} · {still_s:.2f} s",
        ],
    }


def _objects(finding: Finding, still_s: float) -> list[dict[str, Any]]:
    """What was detected at the time of the still, or as near as frames were analysed."""
    if finding.run_id is None:
        return []
    frames = FrameResult.objects.filter(
        run=finding.run_id,
        video=finding.video_id,
        pts_seconds__gte=still_s - BOXES_WITHIN_S,
        pts_seconds__lte=still_s + BOXES_WITHIN_S,
    )
    frame = min(frames[:200], key=lambda one: abs(one.pts_seconds - still_s), default=None)
    if frame is None:
        return []
    return [
        {"box": box, "label": label, "score": score}
        for box, label, score in zip(frame.boxes, frame.labels, frame.scores, strict=True)
    ]
