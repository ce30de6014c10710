"""What nobody saw accuses nobody: it is to be reviewed, or not judged at all."""

import pytest

from tests.vibration.scene import (
    HEIGHT,
    WIDTH,
    frame,
    poker_in,
    site,
    site_json,
    square,
    stays,
    worker,
)
from workers.vibration.analysis import analyse_vibration
from workers.vibration.camera import CameraShift
from workers.vibration.frames import Frame
from workers.vibration.pour import PourVideo, analyse_pour
from workers.vibration.pour_site import PourSite
from workers.vibration.report import VibrationReport
from workers.vibration.rules.case import Verdict

TURNED = CameraShift(0.0, 0.0, 0.0, 80, turn_px=60.0)
DANGER = [{"name": "boom", "kind": "danger", "polygon": square(6.0, 2.0, 8.0, 5.0)}]


def violations(result: VibrationReport) -> set[str]:
    return {one.rule for one in result.findings if one.status is Verdict.VIOLATION}


def test_a_camera_that_was_turned_stops_metric_rules_and_time_rules_go_on() -> None:
    def x_at(time_s: float) -> float:
        return 2.5 + 0.25 * min(max(time_s - 10.0, 0.0), 4.0)

    # Six seconds here, a metre in four seconds, six seconds there; somebody under the boom.
    frames = [
        frame(
            t / 5,
            [
                *([poker_in(x_at(t / 5), 3.0)] if 20 <= t < 100 else []),
                worker(7.0 if 25 <= t < 75 else 5.0, 3.0),
            ],
        )
        for t in range(125)
    ]
    here = site(zones=DANGER)
    assert {"V01", "V05", "S03", "S04"} <= violations(analyse_vibration(frames, here))
    assert violations(analyse_vibration(frames, here, shifts=[TURNED])) == {"V01"}
    back = CameraShift(20.2, 0.0, 0.0, 80)
    assert violations(analyse_vibration(frames, here, shifts=[TURNED, back])) == {"V01"}
    late = CameraShift(20.2, 0.0, 0.0, 80, turn_px=60.0)
    assert {"V05", "S03", "S04"} <= violations(analyse_vibration(frames, here, shifts=[late]))


def test_a_drag_is_measured_only_where_its_own_camera_gives_metres() -> None:
    def x_at(time_s: float) -> float:
        return 2.5 + 0.25 * min(max(time_s - 10.0, 0.0), 4.0)

    dragging = [frame(t / 5, [poker_in(x_at(t / 5), 3.0)]) for t in range(1, 125)]
    standing = stays([(1.0, 15.0, 2.5, 3.0)], end_s=25.0)

    def lengths(first: list[Frame], second: list[Frame]) -> list[float]:
        """Of drags that two cameras see, the second one without a calibration."""
        data = site_json()
        cameras = {"1": {"calibration": data.pop("calibration")}}
        videos = [
            PourVideo(name, 0.0, 25.0, WIDTH, HEIGHT, frames)
            for name, frames in (("1", first), ("2", second))
        ]
        found = analyse_pour(PourSite.from_json({**data, "cameras": cameras}), videos).report
        return [one.value for one in found.findings if one.rule == "V05"]

    assert lengths(dragging, standing) == [pytest.approx(1.0, abs=0.1)]
    assert lengths(standing, dragging) == []
