"""Boxes, site and truth of a rendered pour agree with each other."""

import itertools
import math
from typing import Any

import pytest

from tests.simulate.conftest import OPTIONS, Pour, solve_homography
from workers.simulate import Options, plan_pour, render_scene
from workers.simulate.records import site_json
from workers.simulate.scene import Scene
from workers.simulate.tools import PokerLook, lay_poker

LABELS = {"worker", "vibrator_in", "vibrator_out", "helmet", "no_helmet", "vest", "no_vest"}


def test_the_categories_are_the_labels_of_the_domain(pour: Pour) -> None:
    assert {c["name"] for c in pour.coco["categories"]} == LABELS


def test_five_frames_a_second_are_annotated(pour: Pour) -> None:
    times = [image["pts_seconds"] for image in pour.coco["images"]]
    assert times == pytest.approx([k / 5 for k in range(70)])


def test_every_box_lies_inside_its_picture(pour: Pour) -> None:
    assert len(pour.coco["annotations"]) > 100
    for annotation in pour.coco["annotations"]:
        x, y, width, height = annotation["bbox"]
        assert x >= 0
        assert y >= 0
        assert width >= 3
        assert height >= 3
        assert x + width <= OPTIONS.width + 0.01
        assert y + height <= OPTIONS.height + 0.01


def test_the_calibration_is_exact_at_its_check_points(pour: Pour) -> None:
    calibration = pour.site["calibration"]
    assert calibration["image_size"] == [480, 270]
    to_metres = solve_homography(calibration["points"])
    for u, v, x, y in calibration["check_points"]:
        assert to_metres(u, v) == pytest.approx((x, y), abs=0.002)


def test_no_three_calibration_points_lie_on_a_line(pour: Pour) -> None:
    places = [(x, y) for _, _, x, y in pour.site["calibration"]["points"]]
    assert len(places) == 8
    for (ax, ay), (bx, by), (cx, cy) in itertools.combinations(places, 3):
        assert abs((bx - ax) * (cy - ay) - (by - ay) * (cx - ax)) > 0.01


def test_the_bottom_centre_of_a_running_poker_is_where_the_truth_says(pour: Pour) -> None:
    to_metres = solve_homography(pour.site["calibration"]["points"])
    times = {image["id"]: image["pts_seconds"] for image in pour.coco["images"]}
    number = next(c["id"] for c in pour.coco["categories"] if c["name"] == "vibrator_in")
    checked = 0
    for annotation in pour.coco["annotations"]:
        if annotation["category_id"] != number:
            continue
        t = times[annotation["image_id"]]
        insertion = next(
            one
            for one in pour.truth["insertions"]
            if one["poker_id"] == annotation["track_id"] and one["start_s"] <= t < one["end_s"]
        )
        x, y, width, height = annotation["bbox"]
        place = to_metres(x + width / 2, y + height)
        assert math.dist(place, truly_at(insertion, t)) < 0.04
        checked += 1
    assert checked > 20


def truly_at(insertion: dict[str, Any], t: float) -> tuple[float, float]:
    """Where a poker is that may be dragged in a straight line while it is in."""
    x, y, drag = insertion["x_m"], insertion["y_m"], insertion["drag"]
    if drag is None or t < drag["start_s"]:
        return x, y
    share = min((t - drag["start_s"]) / (drag["end_s"] - drag["start_s"]), 1)
    return x + share * (drag["x_m"] - x), y + share * (drag["y_m"] - y)


def test_a_poker_out_of_the_concrete_is_never_labelled_as_in(pour: Pour) -> None:
    names = {c["id"]: c["name"] for c in pour.coco["categories"]}
    times = {image["id"]: image["pts_seconds"] for image in pour.coco["images"]}
    for annotation in pour.coco["annotations"]:
        name, t = names[annotation["category_id"]], times[annotation["image_id"]]
        if name.startswith("vibrator"):
            is_in = any(
                one["poker_id"] == annotation["track_id"] and one["start_s"] <= t < one["end_s"]
                for one in pour.truth["insertions"]
            )
            assert name == ("vibrator_in" if is_in else "vibrator_out")


def test_a_poker_on_the_ground_is_known_by_its_steel() -> None:
    look = PokerLook(steel=(150.0, 150.0, 150.0), hose=(20.0, 20.0, 20.0), radius_m=0.03)
    parts = lay_poker((1.0, 2.0), 0.0, look, id_=200, other_id=254)
    assert [set(part.ids.tolist()) for part in parts] == [{200}, {254}]
    (steel, hose) = (part.vertices[:, 0] for part in parts)
    # 0.42 m of steel from its tip, and hose up to 0.75 m.
    assert (steel.min(), steel.max()) == pytest.approx((1.0, 1.42))
    assert (hose.min(), hose.max()) == pytest.approx((1.42, 1.75))


def test_gear_is_labelled_as_the_person_wears_it(pour: Pour) -> None:
    names = {c["id"]: c["name"] for c in pour.coco["categories"]}
    people = {person["track_id"]: person for person in pour.truth["people"]}
    for annotation in pour.coco["annotations"]:
        name = names[annotation["category_id"]]
        if name.endswith(("helmet", "vest")):
            gear = name.removeprefix("no_")
            assert people[annotation["track_id"]][gear] == (not name.startswith("no_"))


def test_gear_lies_inside_the_box_of_who_wears_it(pour: Pour) -> None:
    names = {c["id"]: c["name"] for c in pour.coco["categories"]}
    workers = {
        (a["image_id"], a["track_id"]): a["bbox"]
        for a in pour.coco["annotations"]
        if names[a["category_id"]] == "worker"
    }
    for annotation in pour.coco["annotations"]:
        key = (annotation["image_id"], annotation["track_id"])
        if names[annotation["category_id"]].endswith(("helmet", "vest")) and key in workers:
            x, y, width, height = annotation["bbox"]
            wx, wy, worker_width, worker_height = workers[key]
            assert wx <= x + 0.01
            assert wy <= y + 0.01
            assert x + width <= wx + worker_width + 0.01
            assert y + height <= wy + worker_height + 0.01


def test_the_pour_holds_every_insertion_that_is_not_planted_outside(pour: Pour) -> None:
    xs, ys = zip(*pour.site["pour"], strict=True)
    outside = {
        i for v in pour.truth["violations"] if v["rule"] == "V13" for i in v["insertion_ids"]
    }
    for one in pour.truth["insertions"]:
        is_inside = min(xs) <= one["x_m"] <= max(xs) and min(ys) <= one["y_m"] <= max(ys)
        assert is_inside == (one["id"] not in outside)


@pytest.mark.parametrize("difficulty", ["easy", "middle", "hard"])
def test_single_pictures_for_training_have_boxes_and_repeat(difficulty: str) -> None:
    def render() -> list:
        return render_scene(11, difficulty=difficulty, width=320, height=180, pictures=2)  # type: ignore[arg-type]

    first, again = render(), render()
    assert [picture.objects for picture in first] == [picture.objects for picture in again]
    assert all((a.image == b.image).all() for a, b in zip(first, again, strict=True))
    assert not (first[0].image == first[1].image).all()
    for picture in first:
        assert picture.image.shape == (180, 320, 3)
        assert any(one.label == "worker" for one in picture.objects)
        assert {one.label for one in picture.objects} <= LABELS


def test_a_shaking_camera_moves_the_entry_point_by_a_few_centimetres_only() -> None:
    options = Options(12, difficulty="hard")
    plan = plan_pour(options)
    scene = Scene(plan, options)
    to_metres = solve_homography(site_json(plan, options)["calibration"]["points"])
    errors = []
    for insertion in plan.insertions:
        t = insertion.start_s + 2.0
        for one in scene.picture(t).objects:
            if one.label == "vibrator_in" and one.track_id == insertion.poker_id:
                x1, _, x2, y2 = one.box
                place = to_metres((x1 + x2) / 2, y2)
                errors.append(math.dist(place, (insertion.x_m, insertion.y_m)))
    assert errors
    assert 0.001 < max(errors) < 0.07
