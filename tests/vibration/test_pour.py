"""A pour of several videos: one clock, one ground, each insertion once, corrections kept."""

import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.vibration.scene import (
    HEIGHT,
    WIDTH,
    calibration,
    frame,
    site_json,
    square,
    stays,
    to_pixel,
    worker,
)
from workers.errors import WorkerError
from workers.vibration.analysis import analyse_vibration
from workers.vibration.corrections import Correction, CorrectionKind, Mark
from workers.vibration.errors import SiteError
from workers.vibration.frames import Frame
from workers.vibration.insertions import Flag, Origin
from workers.vibration.pour import PourReport, analyse_pour
from workers.vibration.pour_files import judge_files
from workers.vibration.pour_site import PourSite
from workers.vibration.recording import PourVideo
from workers.vibration.site import Site

# Twelve seconds each, two metres apart, the poker held out in between.
PLAN = [(2.0, 14.0, 2.5, 2.5), (20.0, 32.0, 3.5, 3.5)]


def document(cameras: tuple[str, ...] = ("1",), **changes: Any) -> dict[str, Any]:
    site = site_json()
    del site["calibration"]
    return {
        **site,
        "cameras": {name: {"calibration": calibration()} for name in cameras},
        **changes,
    }


def video(
    camera: str = "1", frames: list[Frame] | None = None, *, offset_s: float = 0.0
) -> PourVideo:
    return PourVideo(camera, offset_s, 60.0, WIDTH, HEIGHT, frames)


def judged(
    *videos: PourVideo, corrections: tuple[Correction, ...] = (), **changes: Any
) -> PourReport:
    names = tuple(one.camera for one in videos)
    return analyse_pour(PourSite.from_json(document(names, **changes)), videos, corrections)


def places(found: PourReport) -> list[tuple[float, float]]:
    return [(round(one.place[0], 1), round(one.place[1], 1)) for one in found.report.insertions]


def mark(start_s: float, end_s: float, x: float, y: float) -> Mark:
    return Mark(start_s, end_s, to_pixel(x, y))


def test_one_video_is_judged_as_by_itself():
    frames = stays(PLAN, end_s=40.0)
    alone = analyse_vibration(frames, Site.from_json(site_json())).to_json()
    pour = judged(video(frames=frames)).report.to_json()
    assert pour["insertions"] == alone["insertions"]
    assert pour["findings"] == alone["findings"]
    assert pour["coverage"] == alone["coverage"]


def test_videos_after_each_other_are_one_pour_on_one_clock():
    second = [(3.0, 15.0, 3.0, 3.0)]
    found = judged(
        video("1", stays(PLAN, end_s=40.0)),
        video("2", stays(second, end_s=20.0), offset_s=100.0),
    )
    assert places(found) == [(2.5, 2.5), (3.5, 3.5), (3.0, 3.0)]
    last = found.report.insertions[2]
    assert last.start_s == pytest.approx(103.0, abs=0.2)
    assert last.views[0].camera == "2"
    assert last.views[0].start_s == pytest.approx(3.0, abs=0.2)
    assert last.views[0].pixel == pytest.approx(to_pixel(3.0, 3.0), abs=1.0)


def test_what_two_cameras_see_at_once_in_one_place_is_one_insertion():
    found = judged(
        video("1", stays(PLAN, end_s=40.0), offset_s=5.0),
        # The second one begins five seconds later and sees another poker too.
        video(
            "2",
            stays([(0.0, 4.0, 2.5, 2.5), (10.0, 27.0, 2.2, 3.8)], end_s=35.0),
            offset_s=10.0,
        ),
    )
    assert places(found) == [(2.5, 2.5), (2.2, 3.8), (3.5, 3.5)]
    both = found.report.insertions[0]
    assert {view.camera for view in both.views} == {"1", "2"}
    assert both.duration_s == pytest.approx(12.0, abs=0.3)  # as the one that saw all of it


def test_a_person_whom_two_cameras_see_in_a_danger_zone_is_one_finding():
    zone = {"name": "boom", "kind": "danger", "polygon": square(6.0, 2.0, 8.0, 4.0)}
    walk = [frame(step / 5.0, [worker(7.0, 3.0)] if 20 <= step < 50 else []) for step in range(100)]
    found = judged(video("1", walk), video("2", walk), zones=[zone])
    intrusions = [one for one in found.report.findings if one.rule == "S03"]
    assert len(intrusions) == 1
    assert intrusions[0].value == pytest.approx(5.8, abs=0.3)


def test_only_what_no_camera_sees_is_unobservable():
    # The first camera's picture ends at x = 3 m of a pour from 2 to 4 m.
    half = calibration()
    for rows in (half["points"], half["check_points"]):
        for row in rows:
            row[2] = row[2] / 4.0
    cameras = {"1": {"calibration": half}, "2": {"calibration": calibration()}}
    site = PourSite.from_json(document() | {"cameras": cameras})
    frames = stays([(2.0, 14.0, 3.5, 3.5)], end_s=20.0)
    one = analyse_pour(site, [video("1", frames)]).report.to_json()["coverage"]
    both = analyse_pour(site, [video("1", frames), video("2", frames)]).report.to_json()["coverage"]
    assert one["unobservable_pct"] > 30.0
    assert both["unobservable_pct"] == 0.0


def test_corrections_are_found_again_by_place_and_time():
    corrections = (
        Correction(1, CorrectionKind.CHANGE, "1", mark(2.3, 13.5, 2.45, 2.5), mark(2, 9, 2.6, 2.5)),
        Correction(2, CorrectionKind.REMOVE, "1", mark(20.0, 31.0, 3.5, 3.5), None),
        Correction(3, CorrectionKind.ADD, "1", None, mark(40.0, 55.0, 3.0, 3.0)),
        Correction(4, CorrectionKind.REMOVE, "1", mark(20.0, 31.0, 3.5, 3.5), None),
        Correction(5, CorrectionKind.CHANGE, "1", mark(40.0, 55.0, 3.0, 3.0), mark(41, 52, 3, 3)),
    )
    found = judged(video(frames=stays(PLAN, end_s=58.0)), corrections=corrections)
    # The fourth has nothing left to remove; the fifth changes what the third added.
    assert found.applied == {1: True, 2: True, 3: True, 4: False, 5: True}
    changed, added = found.report.insertions
    assert (changed.origin, changed.edit, changed.duration_s) == (Origin.CORRECTED, 1, 7.0)
    assert changed.place == pytest.approx((2.6, 2.5), abs=0.01)
    assert (added.origin, added.edit, added.start_s) == (Origin.ADDED, 5, 41.0)
    assert Flag.MANUAL in changed.flags


def test_an_added_insertion_that_is_detected_later_is_there_once():
    by_hand = Correction(1, CorrectionKind.ADD, "1", None, mark(2.0, 14.0, 2.5, 2.5))
    found = judged(video(frames=stays(PLAN, end_s=40.0)), corrections=(by_hand,))
    assert places(found) == [(2.5, 2.5), (3.5, 3.5)]
    assert [one.origin for one in found.report.insertions] == [Origin.ADDED, Origin.DETECTED]


def test_hand_made_insertions_are_enough_for_a_judgement():
    corrections = tuple(
        Correction(number, CorrectionKind.ADD, "1", None, mark(start, start + 12.0, x, y))
        for number, (start, x, y) in enumerate([(1.0, 2.5, 2.5), (20.0, 3.5, 3.5)], start=1)
    )
    found = judged(video(), corrections=corrections)
    report = found.report.to_json()
    assert len(report["insertions"]) == 2
    assert 0.0 < report["coverage"]["covered_pct"] < 50.0
    assert "V04" in {one["rule"] for one in report["findings"]}
    assert "nothing_analysed" in {note["code"] for note in report["status"]}
    assert not {one["rule"] for one in report["findings"]} & {"S01", "S03", "S06"}


def test_without_frames_and_without_hands_nothing_is_missed():
    found = judged(video())
    assert found.report.coverages == {}
    assert found.report.findings == ()


def test_a_time_that_nobody_saw_keeps_a_hole_from_being_a_violation():
    found = judged(
        video("1", stays(PLAN, end_s=40.0)),
        video("2", stays([(1.0, 13.0, 3.0, 2.5)], end_s=20.0), offset_s=600.0),
    )
    holes = [one for one in found.report.findings if one.rule == "V04"]
    assert holes
    assert {str(one.status) for one in holes} == {"to_review"}


def test_lifts_of_one_name_are_one_lift_on_the_pours_clock():
    lifts = [{"name": "1", "start_s": 0.0}, {"name": "2", "start_s": 30.0}]
    cameras = {
        "1": {"calibration": calibration(), "lifts": lifts},
        "2": {"calibration": calibration(), "lifts": [{"name": "2", "start_s": 0.0}]},
    }
    site = PourSite.from_json(document() | {"cameras": cameras})
    found = analyse_pour(
        site,
        [
            video("1", stays(PLAN, end_s=35.0)),
            video("2", stays([(5.0, 17.0, 3.0, 3.0)], end_s=20.0), offset_s=60.0),
        ],
    )
    assert [one.lift for one in found.report.insertions] == [0, 0, 1]
    assert sorted(found.report.coverages) == [0, 1]


def test_what_a_lift_lacks_is_told_of_that_lift_also_where_its_first_frame_shows_a_poker():
    cameras = {
        "1": {"calibration": calibration(), "lifts": [{"name": "lower", "start_s": 0.0}]},
        "2": {"calibration": calibration(), "lifts": [{"name": "upper", "start_s": 0.0}]},
    }
    whole = [
        (5.0 + 15 * i, 17.0 + 15 * i, 2.2 + 0.4 * (i % 5), 2.2 + 0.4 * (i // 5)) for i in range(25)
    ]
    found = analyse_pour(
        PourSite.from_json(document() | {"cameras": cameras}),
        [
            PourVideo("1", 0.0, 400.0, WIDTH, HEIGHT, stays(whole, end_s=400.0, rate=2.0)),
            video("2", stays([(0.0, 12.0, 3.0, 3.0)], end_s=20.0), offset_s=1000.0),
        ],
    )
    judged_lifts = zip(found.report.findings, found.finding_lifts, strict=True)
    assert [lift for one, lift in judged_lifts if one.rule == "V04"] == [1]


def test_a_video_that_begins_in_a_later_lift_has_the_plane_of_that_lift():
    lifts = [{"name": "1", "start_s": 0.0}, {"name": "2", "start_s": 60.0}]
    cameras = {
        "1": {"calibration": calibration(), "lifts": lifts},
        "2": {"calibration": calibration()},
    }
    far = [(5.0, 17.0, 2.5, 3.0), (25.0, 37.0, 3.3, 3.0)]

    def spacing(*videos: PourVideo) -> list[str]:
        site = PourSite.from_json(document() | {"cameras": cameras})
        found = analyse_pour(site, videos).report.findings
        return [str(one.status) for one in found if one.rule == "V03"]

    first = stays(far, end_s=60.0)
    both = stays([*far, *((start + 60, end + 60, x, y) for start, end, x, y in far)], end_s=100.0)
    second = video("2", stays(far, end_s=40.0), offset_s=60.0)
    assert spacing(video("1", first[:-1]), second) == ["violation", "violation"]
    assert spacing(video("1", both)) == ["violation", "to_review"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"pour": [[0, 0], [1, 1], [1, 0], [0, 1]]}, "polygon_crosses_itself"),
        ({"openings": [square(0.0, 0.0, 1.0, 1.0)]}, "opening_outside_pour"),
        ({"pour": [[0, 0]] * 3000}, "site_too_large"),
        ({"holes": []}, "site_key_unknown"),
        ({"radius_m": 30}, "radius_invalid"),
        ({"cameras": {"1": {"starts_at": "this morning"}}}, "site_invalid"),
        ({"cameras": {"1": {"calibration": {"image_size": "big"}}}}, "site_invalid"),
        ({"cameras": {"1": {"lifts": [{"name": "", "start_s": 0}]}}}, "site_invalid"),
        ({"rules": {"V01": {"dwell_min_s": float("nan")}}}, "site_invalid"),
        ({"zones": {"name": "x"}}, "site_invalid"),
        ({"zones": [{"name": "\ud800", "polygon": square(0, 0, 1, 1)}]}, "site_invalid"),
        ({"cameras": {"\ud800": {}}}, "site_invalid"),
        ({"profile": ["CN-GB"]}, "site_invalid"),
    ],
)
def test_a_site_that_cannot_be_used_says_why(change: dict[str, Any], code: str):
    with pytest.raises(SiteError) as caught:
        PourSite.from_json(document() | change)
    assert caught.value.code == code


def test_points_that_fix_no_plane_are_a_problem_and_no_refusal():
    line = {"image_size": [WIDTH, HEIGHT], "points": [[u, 100, u, 1] for u in range(100, 600, 100)]}
    site = PourSite.from_json(document() | {"cameras": {"7": {"calibration": line}}})
    assert [(one.code, one.where) for one in site.problems()] == [
        ("calibration_points_collinear", "cameras.7.calibration")
    ]


def test_the_command_writes_report_and_maps(tmp_path: Path):
    lines = [
        {
            "frame": 0, "pts_seconds": one.pts_seconds, "width": one.width, "height": one.height,
            "boxes": one.boxes, "scores": one.scores, "labels": one.labels,
        }
        for one in stays(PLAN, end_s=40.0)
    ]  # fmt: skip
    (tmp_path / "1.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    pour = {
        "site": document(),
        "is_final": True,
        "videos": [
            {
                "camera": "1", "offset_s": 10.0, "duration_s": 40.0, "width": WIDTH,
                "height": HEIGHT, "frames": "1.jsonl", "shifts": [[0.0, 0.1, 0.0, 80]],
            }
        ],
        "corrections": [],
    }  # fmt: skip
    (tmp_path / "pour.json").write_text(json.dumps(pour))
    judge_files(tmp_path / "pour.json", tmp_path / "out", lambda _: None)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    first = report["insertions"][0]
    assert first["start_s"] - first["video_start_s"] == pytest.approx(10.0)
    assert (first["video"], first["origin"], first["grade"]) == ("1", "detected", "good")
    [facts] = report["maps"]
    classes = zlib.decompress((tmp_path / "out" / "classes-0").read_bytes())
    dose = zlib.decompress((tmp_path / "out" / "dose-0").read_bytes())
    assert len(classes) == facts["rows"] * facts["columns"] == len(dose) / 4
    assert facts["dose_scale_s"] == 60.0


def test_a_broken_document_is_refused_with_one_code(tmp_path: Path):
    (tmp_path / "pour.json").write_text('{"site": {}, "videos": [{}]}')
    with pytest.raises(WorkerError) as caught:
        judge_files(tmp_path / "pour.json", tmp_path / "out", lambda _: None)
    assert caught.value.code == "pour_invalid"


def test_a_poker_that_is_moved_off_the_pour_by_hand_is_judged_where_it_is_now():
    moved = Correction(
        1, CorrectionKind.CHANGE, "1", mark(2.0, 14.0, 2.5, 2.5), mark(2.0, 14.0, 6.0, 6.0)
    )
    found = judged(video(frames=stays(PLAN, end_s=40.0)), corrections=(moved,))
    outside = [one for one in found.report.findings if one.rule == "V13"]
    assert [one.insertion_ids for one in outside] == [(1,)]
