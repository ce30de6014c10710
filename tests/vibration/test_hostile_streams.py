"""Frame results as they should not be."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.vibration.scene import (
    HEIGHT,
    WIDTH,
    codes,
    frame,
    poker_in,
    report,
    rules,
    site,
    stays,
)
from workers.vibration.analysis import analyse_vibration
from workers.vibration.camera import CameraShift
from workers.vibration.errors import FramesError
from workers.vibration.frames import REORDER_WINDOW, FrameFile, frame_from_json
from workers.vibration.insertions import Flag

PLAN = [(5.0, 17.0, 3.0, 2.5), (20.0, 26.0, 3.4, 2.5)]


def test_order_does_not_matter_and_repeats_are_dropped() -> None:
    frames = stays(PLAN, end_s=30.0)
    shuffled = frames[70:] + frames[:70] + frames[20:40]
    mixed = report(shuffled)
    assert mixed.insertions == report(frames).insertions
    assert mixed.findings == report(frames).findings
    assert {"frames_reordered", "frames_repeated"} <= codes(mixed)


def test_a_frame_that_is_far_too_late_is_an_error_and_not_lost() -> None:
    frames = [frame(10.0 + t / 60, []) for t in range(REORDER_WINDOW + 5)]
    with pytest.raises(FramesError) as caught:
        report([*frames, frame(0.0, [])])
    assert caught.value.code == "frames_out_of_order"


def test_no_frames_are_an_error_and_frames_without_anything_are_not() -> None:
    with pytest.raises(FramesError) as caught:
        report([])
    assert caught.value.code == "frames_empty"
    empty = report([frame(t / 5, []) for t in range(50)])
    assert not empty.findings
    assert report([frame(0.0, [poker_in(3.0, 3.0)])]).insertions == ()


def test_a_gap_cuts_stays_and_is_named() -> None:
    frames = [one for one in stays([(5.0, 35.0, 3.0, 2.5)], end_s=40.0)
              if not 12.0 < one.pts_seconds < 20.0]  # fmt: skip
    result = report(frames)
    first, second = result.insertions
    assert first.duration_s + second.duration_s < 25.0
    assert Flag.TRUNCATED in first.flags
    assert Flag.TRUNCATED in second.flags
    (gap,) = [note for note in result.notes if note.code == "stream_lost"]
    assert gap.value == pytest.approx(8.0)


def test_frames_of_another_shape_have_no_place_and_are_counted() -> None:
    odd = [frame(t / 5, [poker_in(3.0, 2.5)], size=(720, 720)) for t in range(100)]
    result = report(odd)
    assert not result.insertions
    assert "frame_shape_differs" in codes(result)


def test_a_large_shift_of_the_camera_stops_metric_rules_and_a_small_one_is_corrected() -> None:
    frames = stays([(5.0, 17.0, 3.0, 2.5)], end_s=20.0)
    small = analyse_vibration(frames, site(), shifts=[CameraShift(0.0, 3.0, 0.0, 80)])
    assert small.insertions[0].place == pytest.approx((2.97, 2.5))
    assert "camera_compensated" in codes(small)
    large = analyse_vibration(frames, site(), shifts=[CameraShift(0.0, 9.0, 0.0, 80)])
    assert Flag.CAMERA_MOVED in large.insertions[0].flags
    assert "camera_moved" in codes(large)
    assert "V01" not in rules(large)
    turned = analyse_vibration(frames, site(), shifts=[CameraShift(0.0, 1.0, 0.0, 80, 9.0)])
    assert Flag.CAMERA_MOVED in turned.insertions[0].flags
    assert "camera_moved" in codes(turned)
    lost = analyse_vibration(
        frames, site(), shifts=[CameraShift(6.0, 0.0, 0.0, 3), CameraShift(16.0, 0.0, 0.0, 80)]
    )
    assert "view_lost" in codes(lost)
    # One bad measurement is no loss, at the end no more than elsewhere.
    for at_s in (8.0, 20.0):
        shifts = [CameraShift(t, 0.0, 0.0, 10 if t == at_s else 80) for t in range(21)]
        assert "view_lost" not in codes(analyse_vibration(frames, site(), shifts=shifts))


def test_a_shift_is_measured_in_pixels_of_the_video() -> None:
    # Three times the calibrated picture: 4.5 of its pixels are 1.5 of those, that is 1.5 cm.
    large = [
        replace(
            one,
            width=3 * WIDTH,
            height=3 * HEIGHT,
            boxes=[[3 * value for value in box] for box in one.boxes],
        )
        for one in stays([(5.0, 17.0, 3.0, 2.5)], end_s=20.0)
    ]
    (one,) = analyse_vibration(large, site(), shifts=[CameraShift(0.0, 4.5, 0.0, 80)]).insertions
    assert one.place == pytest.approx((2.985, 2.5))


def line(**changes: Any) -> str:
    data = {
        "frame": 0, "pts_seconds": 1.0, "width": 10, "height": 10, "boxes": [[0, 0, 1, 1]],
        "scores": [0.5], "labels": ["worker"], "pdq": None, "pdq_quality": 0,
    }  # fmt: skip
    return json.dumps(data | changes)


@pytest.mark.parametrize(
    "text",
    [
        "nonsense", "[]", "null", "{}", "[" * 100_000, line(boxes=[]), line(boxes=[[0, 0, 1]]),
        line(boxes=["abcd"]), line(boxes=[[0, 0, 1, float("nan")]]), line(pts_seconds="soon"),
        line(pts_seconds=float("inf")), line(width=0), line(width=float("inf")),
        line(labels=[{}]), line(width=10**400), line(pts_seconds=1e307),
        line(boxes=[[0, 0, 1e200, 1]]), line(scores=["high"]), line(scores=None), "\x00\xff",
    ],
)  # fmt: skip
def test_lines_that_are_no_frame_results_are_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "frames.jsonl"
    path.write_text(line(pts_seconds=0.5) + "\n" + text + "\n", encoding="utf-8")
    with pytest.raises(FramesError) as caught:
        list(FrameFile(path))
    assert caught.value.message.startswith("Line 2:")


def test_a_file_is_read_in_time_order(tmp_path: Path) -> None:
    path = tmp_path / "frames.jsonl"
    times = [3.0, 1.0, 2.5e0, -0.5, 2.0]
    path.write_text("\n".join(line(pts_seconds=time) for time in times) + "\n\n")
    assert [one.pts_seconds for one in FrameFile(path)] == sorted(times)
    assert len(FrameFile(path)) == 5


def test_unknown_labels_pass_by() -> None:
    data = json.loads(line(labels=["excavator"]))
    result = report([frame_from_json(data | {"pts_seconds": t / 5}) for t in range(20)])
    assert not result.findings
