"""Everything that a record says, gathered from the database."""

from datetime import datetime, timedelta
from typing import Any

from apps.evidence.models import FindingEvidence
from apps.evidence.selectors.plans import inspected_site, plans_of
from apps.evidence.storage import finding_folder
from apps.inspection.models import Finding, Insertion, Inspection
from apps.inspection.selectors.clock import PourClock, clock_of
from apps.inspection.selectors.inspections import inspection_view
from apps.inspection.services.camera import shifts_of
from apps.projects.models import Project, Video
from workers.errors import WorkerError
from workers.evidence.names import OVERLAY
from workers.report.document import Header
from workers.vibration.calibration import Calibration
from workers.vibration.camera import INLIERS_MIN, CameraShift
from workers.vibration.pour_site import PourSite, calibration_from_json
from workers.vibration.rules.table import RULE_SPECS
from workers.vibration.site import DEFAULT_RADIUS_M, Site

Json = dict[str, Any]

HEADER_FIELDS = tuple(Header.__dataclass_fields__)


def report_document(
    project: Project, *, header: dict[str, str], made_at: datetime, made_by: str
) -> Json:
    """The input of `workers.report`, in JSON values."""
    version = inspected_site(project)
    site = PourSite(version.site, version.sha256)
    clock = clock_of(project, version)
    view = inspection_view(project)
    inspection = Inspection.objects.select_related("run__detector", "run__job").filter(
        project=project
    )
    names = {video.pk: video.filename for video in clock.videos}
    lifts = [lift.names[0] for lift in site.lifts({})] or ["1"]
    radius_m = version.site["radius_m"]
    starts_at, duration_s = _span(clock)
    report = view.report or {}
    return {
        "project": project.name,
        "description": project.description,
        "header": {name: header.get(name, "") for name in HEADER_FIELDS},
        "made_at": made_at.isoformat(timespec="seconds"),
        "made_by": made_by,
        "computed_at": _iso(view.computed_at),
        "is_final": view.is_final,
        "starts_at": _iso(starts_at),
        "ends_at": _iso(starts_at + timedelta(seconds=duration_s) if starts_at else None),
        "duration_s": duration_s,
        "site_version": version.version,
        "site_sha256": version.sha256,
        "profile": version.site["profile"],
        "radius_m": DEFAULT_RADIUS_M if radius_m is None else radius_m,
        "is_radius_given": radius_m is not None,
        "poker": version.site["poker"] or "",
        "run": _run(inspection.first()),
        "figures": view.kpis,
        "videos": [_video(video, clock) for video in clock.videos],
        "rules": _rules(site.ground({}), view.judged_rules, view.not_judged),
        "calibrations": _calibrations(site, names),
        "cameras": _cameras(site, clock),
        "coverage": [
            {"lift": str(one.pop("name")), **one}
            for one in (dict(lift) for lift in report.get("coverage", {}).get("lifts", []))
        ],
        "plans": [plan.to_json() for plan in plans_of(project)],
        "insertions": [_insertion(one, names, lifts) for one in project.insertions.iterator()],
        "findings": _findings(project, names, lifts),
        "notes": [_note(one) for one in report.get("status", []) if one["code"] != "manual_check"],
        "manual_checks": [one["code"] for one in view.manual_checks],
    }


def _span(clock: PourClock) -> tuple[datetime | None, float]:
    ends = [clock.offsets_s[video.pk] + video.duration_seconds for video in clock.videos]
    return clock.starts_at, max(ends, default=0.0)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _run(inspection: Inspection | None) -> Json | None:
    run = inspection.run if inspection else None
    if run is None:
        return None
    return {
        "id": run.pk,
        "detector": run.detector.name,
        "kind": run.detector.kind,
        "digest": run.detector_digest,
        "fps": run.fps,
        "score_threshold": run.score_threshold,
        "frames": run.frames_done,
        "code_version": run.code_version,
        "finished_at": _iso(run.job.finished_at),
    }


def _video(video: Video, clock: PourClock) -> Json:
    return {
        "name": video.filename,
        "sha256": video.sha256,
        "duration_s": video.duration_seconds,
        "offset_s": clock.offsets_s[video.pk],
        "starts_at": _iso(clock.wall_starts.get(video.pk)),
        "width": video.width,
        "height": video.height,
    }


def _rules(site: Site, judged: list[str], not_judged: list[dict[str, str]]) -> list[Json]:
    reasons = {one["rule"]: one["reason"] for one in not_judged}
    return [
        {
            "id": rule,
            "parameters": {
                name: value
                for name, value in site.rules[rule].parameters.items()
                if value is not None
            },
            "is_judged": rule in judged,
            "reason": reasons.get(rule, ""),
        }
        for rule in RULE_SPECS
    ]


def _calibrations(site: PourSite, names: dict[int, str]) -> list[Json]:
    rows = []
    for camera, setup in site.document["cameras"].items():
        video = names.get(int(camera)) if camera.isdecimal() else None
        given = [("", setup["calibration"])]
        given += [(lift["name"], lift["calibration"]) for lift in setup["lifts"]]
        for lift, points in given:
            if video is None or points is None:
                continue
            try:
                calibration = calibration_from_json(points, "calibration")
            except WorkerError:
                # What does not fix a plane is named among the notes.
                continue
            rows.append(_calibration(video, lift, points, calibration))
    return rows


def _calibration(video: str, lift: str, points: Json, calibration: Calibration) -> Json:
    quality = calibration.quality
    return {
        "video": video,
        "lift": lift,
        "grade": str(quality.grade),
        "points": len(points["points"]),
        "check_points": len(points["check_points"]),
        "rmse_px": quality.rmse_px,
        "rmse_m": quality.rmse_m,
        "max_m": quality.max_m,
        "leave_one_out_m": quality.leave_one_out_rmse_m,
        "check_m": quality.check_rmse_m,
    }


def _cameras(site: PourSite, clock: PourClock) -> list[Json]:
    rows = []
    for video in clock.videos:
        setup = site.document["cameras"].get(str(video.pk))
        measured = shifts_of(video, setup["still_seconds"]) if setup else []
        shifts = [CameraShift.from_row(row) for row in measured]
        if shifts:
            sizes = [shift.size_px for shift in shifts if shift.inliers >= INLIERS_MIN]
            rows.append(
                {
                    "video": video.filename,
                    "measured": len(shifts),
                    "worst_px": max(sizes, default=None),
                    "lost": len(shifts) - len(sizes),
                }
            )
    return rows


def _lift_name(lifts: list[str], index: int | None) -> str | None:
    if index is None:
        return None
    return lifts[index] if index < len(lifts) else str(index + 1)


def _insertion(one: Insertion, names: dict[int, str], lifts: list[str]) -> Json:
    return {
        "number": one.number,
        "video": names.get(one.video_id, ""),
        "lift": _lift_name(lifts, one.lift),
        "start_s": one.pour_start_s,
        "end_s": one.pour_start_s + one.end_s - one.start_s,
        "starts_at": _iso(one.starts_at),
        "duration_s": one.duration_s,
        "duration_sigma_s": one.duration_sigma_s,
        "x_m": one.x_m,
        "y_m": one.y_m,
        "sigma_m": one.sigma_m,
        "observed_ratio": one.observed_ratio,
        "grade": one.grade,
        "origin": one.origin,
        "flags": list(one.flags),
    }


def _findings(project: Project, names: dict[int, str], lifts: list[str]) -> list[Json]:
    evidence = {
        row.finding_id: row.files
        for row in FindingEvidence.objects.filter(finding__project=project)
    }
    rows = project.findings.filter(is_current=True).select_related("reviewed_by")
    return [_finding(one, names, lifts, evidence.get(one.pk, [])) for one in rows.iterator(1000)]


def _finding(
    one: Finding, names: dict[int, str], lifts: list[str], files: list[dict[str, str]]
) -> Json:
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
        "video": names.get(one.video_id) if one.video_id else None,
        "start_s": one.start_s,
        "end_s": one.end_s,
        "pour_start_s": one.pour_start_s,
        "starts_at": _iso(one.starts_at),
        "x_m": one.x_m,
        "y_m": one.y_m,
        "lift": _lift_name(lifts, one.lift),
        "insertion_numbers": list(one.insertion_numbers),
        "reviewed_by": reviewer.record_name if reviewer else None,  # type: ignore[attr-defined]
        "reviewed_at": _iso(one.reviewed_at),
        "review_note": one.review_note,
        "still": str(still) if still else None,
        "files": [{"name": file["name"], "sha256": file["sha256"]} for file in files],
    }


def _note(note: Json) -> Json:
    keys = ("code", "rule", "value", "limit", "unit", "start_s", "end_s")
    message = note.get("message", note["code"])
    if note["code"] == "rule_not_judged":
        message = note.get("reason", message)
    return {**{key: note.get(key) for key in keys}, "message": message}
