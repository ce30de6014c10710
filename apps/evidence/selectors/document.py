"""Everything that a record says, gathered from the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from apps.analysis.models import Run
from apps.common.errors import Conflict
from apps.detectors.models import Detector
from apps.evidence.models import FindingEvidence
from apps.evidence.selectors.measuring import (
    calibrations_of,
    cameras_of,
    rules_of,
    unobserved_s,
)
from apps.evidence.selectors.plans import inspected_site, plans_of
from apps.evidence.storage import finding_folder
from apps.inspection.models import Finding, Insertion, Inspection
from apps.inspection.selectors.clock import PourClock, clock_of
from apps.inspection.selectors.inspections import inspection_view
from apps.projects.models import Project, Video
from workers.evidence.names import OVERLAY
from workers.report.document import Header
from workers.vibration.analysis import dwell_limits
from workers.vibration.coverage import DwellLimits
from workers.vibration.observe import VIBRATOR_IN
from workers.vibration.pour_site import PourSite
from workers.vibration.site import DEFAULT_RADIUS_M

Json = dict[str, Any]

# A record is read again when the inspection changed meanwhile.
READS_MOST = 5
HEADER_FIELDS = tuple(Header.__dataclass_fields__)


def report_document(
    project: Project, *, header: dict[str, str], made_at: datetime, made_by: str
) -> Json:
    """The input of `workers.report`, in JSON values, all of it of one state of the inspection.

    Raises:
        Conflict: the inspection changed each time while it was read.
    """
    for _ in range(READS_MOST):
        before = _revision(project)
        document = _read(project, header=header, made_at=made_at, made_by=made_by)
        if _revision(project) == before:
            return document
    raise Conflict("The inspection keeps changing: try again later.", code="record_changing")


def _revision(project: Project) -> tuple[Any, ...]:
    """What is another after every computation and every change that people make.

    A transaction would not do: by default those of MySQL see what others commit meanwhile.
    """
    computed = Inspection.objects.filter(project=project).values_list("computed", "computed_at")
    return computed.first(), project.audit_entries.count()


def _read(project: Project, *, header: dict[str, str], made_at: datetime, made_by: str) -> Json:
    version = inspected_site(project)
    site = PourSite(version.site, version.sha256)
    clock = clock_of(project, version)
    view = inspection_view(project)
    run = _run_of(project)
    names = {video.pk: video.filename for video in clock.videos}
    radius_m = version.site["radius_m"]
    starts_at, duration_s = _span(clock)
    report = view.report or {}
    notes = report.get("status", [])
    ground = site.ground({})
    rows = _Rows(clock.zone, names, _lift_names(site, clock), dwell_limits(ground))
    return {
        "project": project.name,
        "description": project.description,
        "header": {name: header.get(name, "") for name in HEADER_FIELDS},
        "made_at": rows.iso(made_at),
        "made_by": made_by,
        "computed_at": rows.iso(view.computed_at),
        "is_final": view.is_final,
        "starts_at": rows.iso(starts_at),
        "ends_at": rows.iso(starts_at + timedelta(seconds=duration_s) if starts_at else None),
        "duration_s": duration_s,
        "site_version": version.version,
        "site_sha256": version.sha256,
        "profile": version.site["profile"],
        "radius_m": DEFAULT_RADIUS_M if radius_m is None else radius_m,
        "is_radius_given": radius_m is not None,
        "poker": version.site["poker"] or "",
        "run": rows.run(run),
        "figures": {**view.kpis, "unobserved_s": unobserved_s(run, notes, clock)},
        "videos": [rows.video(video, clock) for video in clock.videos],
        "rules": rules_of(ground, view.judged_rules, view.not_judged),
        "calibrations": calibrations_of(site, names),
        "cameras": cameras_of(site, clock),
        "coverage": [
            {"lift": str(one.pop("name")), **one}
            for one in (dict(lift) for lift in report.get("coverage", {}).get("lifts", []))
        ],
        "plans": [plan.to_json() for plan in plans_of(project)],
        "insertions": [rows.insertion(one) for one in project.insertions.iterator()],
        "findings": _findings(project, rows),
        "notes": [_note(one) for one in notes if one["code"] != "manual_check"],
        "manual_checks": [one["code"] for one in view.manual_checks],
    }


def _run_of(project: Project) -> Run | None:
    inspection = (
        Inspection.objects.select_related("run__detector", "run__job")
        .filter(project=project)
        .first()
    )
    return inspection.run if inspection else None


def _span(clock: PourClock) -> tuple[datetime | None, float]:
    ends = [clock.offsets_s[video.pk] + video.duration_seconds for video in clock.videos]
    return clock.starts_at, max(ends, default=0.0)


def _lift_names(site: PourSite, clock: PourClock) -> list[str]:
    """By the number that a computation gives them: in order of their start on the pour's clock."""
    offsets_s = {str(video): offset_s for video, offset_s in clock.offsets_s.items()}
    return [lift.names[0] for lift in site.lifts(offsets_s)] or ["1"]


def _poker_model(detector: Detector) -> str:
    """Whether what was analysed with can find pokers, and from what it learnt that."""
    if VIBRATOR_IN not in detector.labels:
        return "none"
    # What comes with the program has never seen a real site.
    return "simulated" if detector.is_shipped else "trained"


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of a record: all times in the zone of the site, videos and lifts by their names."""

    zone: tzinfo
    names: dict[int, str]
    lifts: list[str]
    limits: DwellLimits

    def iso(self, moment: datetime | None) -> str | None:
        return moment.astimezone(self.zone).isoformat(timespec="seconds") if moment else None

    def lift(self, index: int | None) -> str | None:
        if index is None:
            return None
        return self.lifts[index] if index < len(self.lifts) else str(index + 1)

    def run(self, run: Run | None) -> Json | None:
        if run is None:
            return None
        return {
            "id": run.pk,
            "detector": run.detector.name,
            "kind": run.detector.kind,
            "poker_model": _poker_model(run.detector),
            "digest": run.detector_digest,
            "fps": run.fps,
            "score_threshold": run.score_threshold,
            "frames": run.frames_done,
            "code_version": run.code_version,
            "finished_at": self.iso(run.job.finished_at),
        }

    def video(self, video: Video, clock: PourClock) -> Json:
        return {
            "name": video.filename,
            "sha256": video.sha256,
            "duration_s": video.duration_seconds,
            "offset_s": clock.offsets_s[video.pk],
            "starts_at": self.iso(clock.wall_starts.get(video.pk)),
            "width": video.width,
            "height": video.height,
        }

    def insertion(self, one: Insertion) -> Json:
        return {
            "number": one.number,
            "video": self.names.get(one.video_id, ""),
            "lift": self.lift(one.lift),
            "start_s": one.pour_start_s,
            "end_s": one.pour_start_s + one.end_s - one.start_s,
            "starts_at": self.iso(one.starts_at),
            "duration_s": one.duration_s,
            # A row has its duration under the same name as what was measured.
            "effective_s": max(self.limits.effective_s(one), 0.0),  # type: ignore[arg-type]
            "duration_sigma_s": one.duration_sigma_s,
            "x_m": one.x_m,
            "y_m": one.y_m,
            "sigma_m": one.sigma_m,
            "observed_ratio": one.observed_ratio,
            "grade": one.grade,
            "origin": one.origin,
            "flags": list(one.flags),
        }

    def finding(self, one: Finding, files: list[dict[str, str]]) -> Json:
        reviewer = one.reviewed_by
        still = finding_folder(one.project_id, one.pk) / OVERLAY if files else None
        return {
            "number": one.number,
            "rule": one.rule,
            "severity": one.severity,
            "verdict": one.verdict,
            "state": one.state,
            "value": one.value,
            "limit": one.limit,
            "unit": one.unit,
            "sigma": one.sigma,
            "is_advisory": one.is_advisory,
            "note": one.note,
            "video": self.names.get(one.video_id) if one.video_id else None,
            "start_s": one.start_s,
            "end_s": one.end_s,
            "pour_start_s": one.pour_start_s,
            "starts_at": self.iso(one.starts_at),
            "x_m": one.x_m,
            "y_m": one.y_m,
            "lift": self.lift(one.lift),
            "insertion_numbers": list(one.insertion_numbers),
            "reviewed_by": reviewer.record_name if reviewer else None,  # type: ignore[attr-defined]
            "reviewed_at": self.iso(one.reviewed_at),
            "review_note": one.review_note,
            "still": str(still) if still else None,
            "files": [{"name": file["name"], "sha256": file["sha256"]} for file in files],
        }


def _findings(project: Project, rows: _Rows) -> list[Json]:
    evidence = {
        row.finding_id: row.files
        for row in FindingEvidence.objects.filter(finding__project=project)
    }
    found = project.findings.filter(is_current=True).select_related("reviewed_by")
    return [rows.finding(one, evidence.get(one.pk, [])) for one in found.iterator(1000)]


def _note(note: Json) -> Json:
    keys = ("code", "rule", "value", "limit", "unit", "start_s", "end_s")
    message = note.get("message", note["code"])
    if note["code"] == "rule_not_judged":
        message = note.get("reason", message)
    return {**{key: note.get(key) for key in keys}, "message": message}
