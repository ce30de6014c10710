"""Inputs of reports: one with nothing in it, one with everything."""

from typing import Any

from tests.workers.plans import make_plan

Json = dict[str, Any]


def empty_report(**changes: Any) -> Json:
    return {
        "project": "空工程",
        "description": "",
        "header": {},
        "made_at": "2026-03-05T08:00:00+08:00",
        "made_by": "赵工",
        "computed_at": None,
        "is_final": True,
        "starts_at": None,
        "ends_at": None,
        "duration_s": 0.0,
        "site_version": 0,
        "site_sha256": "0" * 64,
        "profile": "CN-GB",
        "radius_m": 0.3,
        "is_radius_given": False,
        "poker": "",
        "run": None,
        "figures": {
            "insertions": 0, "valid_insertions": 0, "median_dwell_s": None, "covered_pct": None,
            "uncovered_m2": None, "unobservable_pct": None, "unobserved_s": None,
            "findings_by_severity": {}, "to_review": 0,
        },
    } | changes  # fmt: skip


def finding(number: int, **changes: Any) -> Json:
    return {
        "number": number, "rule": "V01", "severity": "minor", "verdict": "violation",
        "state": "to_review", "value": 7.2, "limit": 10.0, "unit": "s", "sigma": 0.2,
        "is_advisory": False, "note": "", "video": "东侧相机.mp4", "start_s": 61.0 + number,
        "end_s": 68.2 + number, "pour_start_s": 61.0 + number,
        "starts_at": "2026-03-04T09:01:01+08:00", "x_m": 3.98, "y_m": 1.3, "lift": "1",
        "insertion_numbers": [number], "reviewed_by": None, "reviewed_at": None,
        "review_note": "", "still": None, "files": [{"name": "still.jpg", "sha256": "ab" * 32}],
    } | changes  # fmt: skip


def insertion(number: int, **changes: Any) -> Json:
    return {
        "number": number, "video": "东侧相机.mp4", "lift": "1", "start_s": 20.0 * number,
        "end_s": 20.0 * number + 14.0, "starts_at": None, "duration_s": 14.2, "effective_s": 10.2,
        "duration_sigma_s": 0.2, "x_m": 2.3, "y_m": 1.3, "sigma_m": 0.06, "observed_ratio": 0.97,
        "grade": "good", "origin": "detected", "flags": [],
    } | changes  # fmt: skip


def full_report(**changes: Any) -> Json:
    """A pour with nine insertions, three findings and one camera."""
    return empty_report(
        project="地下室底板 A-3 区",
        description="一层底板，C35P8",
        header={
            "project_code": "PZ-2026-031", "part": "A-3 区底板混凝土浇筑、振捣",
            "contractor": "华东建工", "supervisor": "同济监理", "lift": "1/1", "mix": "C35P8",
            "poker": "ZN50", "weather": "晴 12 °C",
            "process_notes": "9:00 开始浇筑，自西向东推进。\n11:30 结束。", "problems_handled": "",
        },
        computed_at="2026-03-04T12:00:00+08:00",
        starts_at="2026-03-04T09:00:00+08:00",
        ends_at="2026-03-04T11:30:00+08:00",
        duration_s=9000.0,
        site_version=3,
        site_sha256="5f0c2a91" * 8,
        is_radius_given=True,
        poker="d50",
        run={
            "id": 7, "detector": "starter", "kind": "dfine", "poker_model": "trained",
            "digest": "cd" * 32, "fps": 5.0, "score_threshold": 0.3, "frames": 45000,
            "code_version": "0.1.0", "finished_at": "2026-03-04T11:58:00+08:00",
        },
        figures={
            "insertions": 9, "valid_insertions": 8, "median_dwell_s": 14.2, "covered_pct": 71.25,
            "uncovered_m2": 3.99, "unobservable_pct": 10.2, "unobserved_s": 210.0,
            "findings_by_severity": {"major": 1, "minor": 2}, "to_review": 2,
        },
        videos=[
            {"name": "东侧相机.mp4", "sha256": "ef" * 32, "duration_s": 9000.0, "offset_s": 0.0,
             "starts_at": "2026-03-04T09:00:00+08:00", "width": 1920, "height": 1080}
        ],
        rules=[
            {"id": "V01", "parameters": {"dwell_min_s": 10.0, "method_statement": False},
             "is_judged": True, "reason": ""},
            {"id": "V10", "parameters": {}, "is_judged": False,
             "reason": "the site has one lift only"},
        ],
        calibrations=[
            {"video": "东侧相机.mp4", "lift": "1", "grade": "green", "points": 8,
             "check_points": 2, "rmse_px": 0.81, "rmse_m": 0.021, "max_m": 0.04,
             "leave_one_out_m": 0.03, "check_m": 0.025}
        ],
        cameras=[{"video": "东侧相机.mp4", "measured": 9000, "worst_px": 1.4, "lost": 0}],
        coverage=[
            {"lift": "1", "covered_pct": 71.25, "covered_tolerant_pct": 78.5,
             "uncovered_m2": 3.99, "largest_hole_m2": 2.1, "unobservable_pct": 10.2,
             "sigma_m": 0.06, "area_m2": {"missed": 3.99, "short": 0.13, "good": 6.26}}
        ],
        plans=[make_plan().to_json()],
        insertions=[insertion(number) for number in range(1, 9)]
        + [insertion(9, grade="short", origin="added", flags=["manual"], x_m=None, y_m=None)],
        findings=[
            finding(1),
            finding(2, rule="V04", severity="major", state="confirmed", value=0.42, limit=0.07,
                    unit="m2", sigma=None, reviewed_by="王监理",
                    reviewed_at="2026-03-04T13:00:00+08:00", review_note="现场确认漏振"),
            finding(3, rule="S01", insertion_numbers=[], x_m=None, y_m=None, value=3.0, limit=2.0),
        ],
        notes=[
            {"code": "camera_compensated", "message": "The camera moved a little.", "rule": "Q01",
             "value": 1.4, "limit": 5.0, "unit": "px", "start_s": None, "end_s": None}
        ],
        manual_checks=["lower_layer", "depth", "lift_thickness", "frequency", "setting", "rebar"],
    ) | changes  # fmt: skip
