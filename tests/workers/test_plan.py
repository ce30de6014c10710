"""The plan as a drawing: exact outlines, one look in every format, and the map over a picture."""

import io
import json
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.vibration.scene import calibration, to_pixel
from tests.workers.plans import OPENING, make_plan
from workers.plan.compose import compose
from workers.plan.drawing import Label
from workers.plan.model import Language, Layer, Plan, PlanError, ZoneOutline
from workers.plan.outline import hatching_of, rings_of
from workers.plan.overlay import overlay
from workers.plan.png import to_png
from workers.plan.svg import to_svg
from workers.vibration.calibration import calibrate
from workers.vibration.coverage import Cell

SVG = "{http://www.w3.org/2000/svg}"


def filled(rings: list[NDArray[np.float64]], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Cells whose middle has an odd number of borders to its left."""
    inside = np.zeros(shape, np.bool_)
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
            if x1 == x2:
                low, high = sorted((int(y1), int(y2)))
                inside[low:high, int(x1) :] ^= True
    return inside


def test_rings_cover_the_set_cells_and_nothing_else() -> None:
    random = np.random.default_rng(4)
    for share in (0.0, 0.3, 0.7, 1.0):
        mask = random.random((17, 23)) < share
        assert (filled(rings_of(mask), mask.shape) == mask).all()


def test_a_ring_has_corners_only() -> None:
    mask = np.ones((40, 60), np.bool_)
    mask[10:20, 10:20] = False
    assert sorted(len(ring) for ring in rings_of(mask)) == [4, 4]


def test_hatching_stays_on_its_cells() -> None:
    mask = np.zeros((12, 12), np.bool_)
    mask[2:8, 3:9] = True
    strokes = hatching_of(mask, 4)
    assert [stroke.tolist() for stroke in strokes] == [
        [[3.0, 7.0], [4.0, 8.0]],
        [[3.0, 3.0], [8.0, 8.0]],
        [[6.0, 2.0], [9.0, 5.0]],
    ]
    assert hatching_of(np.zeros((3, 3), np.bool_), 1) == []


def labels_of(plan: Plan, language: Language) -> dict[str, Label]:
    items = compose(plan, "category", language).items
    return {item.text: item for item in items if isinstance(item, Label)}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_svg_says_what_it_shows_and_needs_no_font(language: Language) -> None:
    words = {
        "zh": {"漏振  3.99 m²  34.0 %", "无法观测  1.20 m²  10.2 %", "插点 (36)", "1 m"},
        "en": {"Missed  3.99 m²  34.0 %", "Not observable  1.20 m²  10.2 %", "Insertions (36)"},
    }
    root = ElementTree.fromstring(to_svg(compose(make_plan(), "category", language)))
    labels = {node.get("aria-label") for node in root.iter(f"{SVG}g")}
    assert words[language] <= labels
    assert {"1", "35", "6", "泵车臂架下"} <= labels
    assert "99" not in labels
    assert not list(root.iter(f"{SVG}text"))
    shapes = {node.get("id") for node in root.iter(f"{SVG}defs") for node in node}
    used = {str(node.get("href"))[1:] for node in root.iter(f"{SVG}use")}
    assert used <= shapes
    assert "g-notdef" not in used
    caption = next(label for label in labels if label and "5f0c2a91" in label)
    for fact in ("R = 0.30 m", "0.06 m", "71.2 %", "78.5 %"):
        assert fact in caption


def test_names_cannot_break_out_of_an_svg() -> None:
    plan = make_plan(title='"><script>alert(1)</script>&')
    root = ElementTree.fromstring(to_svg(compose(plan, "dose", "en")))
    assert not list(root.iter(f"{SVG}script"))
    assert '"><script>' in str(root.findtext(f"{SVG}title"))


def pixel_at(png: bytes, plan: Plan, x_m: float, y_m: float) -> tuple[int, int, int]:
    """The colour at a place: 130 points to the metre, two pixels to the point."""
    image = np.asarray(Image.open(io.BytesIO(png)))
    u = (40.0 + (x_m - plan.origin_m[0]) * 130.0) * 2.0
    v = (34.0 + (plan.origin_m[1] + 3.0 - y_m) * 130.0) * 2.0
    red, green, blue = image[int(v), int(u)].tolist()
    return red, green, blue


def test_a_png_has_the_colours_at_their_places() -> None:
    plan = make_plan()
    png = to_png(compose(plan, "category", "zh"))
    assert pixel_at(png, plan, 2.8, 3.7) == (0xD5, 0x5E, 0x00)
    assert pixel_at(png, plan, 3.98, 1.2) == (0xE6, 0x9F, 0x00)
    assert pixel_at(png, plan, 2.4, 1.4) == (0x00, 0x9E, 0x73)
    assert pixel_at(png, plan, 3.9, 1.8) == (0xCC, 0x79, 0xA7)
    assert pixel_at(png, plan, 5.55, 1.6) == (0xD5, 0x5E, 0x00)
    dose = to_png(compose(plan, "dose", "zh"))
    # 14 s and 45 s on a scale that ends at 60 s, in steps of 7.5 s
    assert pixel_at(dose, plan, 2.2, 1.25) == (0xC3, 0xDF, 0xF2)
    assert pixel_at(dose, plan, 3.98, 1.62) == (0x12, 0x44, 0x7A)
    assert pixel_at(dose, plan, 2.8, 3.7) == (0xFF, 0xFF, 0xFF)


def test_a_pour_that_is_still_analysed_has_nothing_missed() -> None:
    plan = make_plan(is_final=False)
    png = to_png(compose(plan, "category", "en"))
    assert pixel_at(png, plan, 2.8, 3.7) == (0xD6, 0xDC, 0xD9)
    assert pixel_at(png, plan, 2.4, 1.4) == (0x00, 0x9E, 0x73)
    said: tuple[tuple[Language, set[str]], ...] = (
        ("zh", {"尚未振捣  3.99 m²  34.0 %", "视频尚未全部分析：目前尚未振捣的部位不计为漏振。"}),
        ("en", {"Not yet  3.99 m²  34.0 %", "Not all has been analysed: what nobody "
         "vibrated so far is not missed yet."}),
    )  # fmt: skip
    for language, words in said:
        now, later = labels_of(plan, language), labels_of(make_plan(), language)
        assert words <= now.keys()
        assert not words & later.keys()
        assert not [text for text in now if text.startswith(("Missed", "漏振"))]
    setup = calibration()
    camera = calibrate((1280, 720), setup["points"], setup["check_points"])
    laid = overlay(np.full((720, 1280, 3), 100, np.uint8), plan, camera, "category")
    u, v = to_pixel(3.0, 3.7)
    # six tenths of the picture and four of the colour
    assert laid[int(v), int(u)].tolist() == pytest.approx([146, 148, 147], abs=1)


def test_insertions_made_by_hand_are_square() -> None:
    plan = make_plan()
    png = to_png(compose(plan, "category", "en"))
    # 4.2 points are 32 mm: 25 mm to the side and up is outside of a disc and inside of a square
    by_hand, detected = plan.marks[2], plan.marks[3]
    white = pixel_at(png, plan, by_hand.x_m - 0.025, by_hand.y_m + 0.025)
    assert white == pytest.approx((0xFF, 0xFF, 0xFF), abs=10)
    ground = pixel_at(png, plan, detected.x_m - 0.025, detected.y_m + 0.025)
    assert ground == pytest.approx((0x00, 0x9E, 0x73), abs=40)
    assert "By hand  1" in labels_of(plan, "en")
    assert "手动添加或修正  1" in labels_of(plan, "zh")
    assert not [one for one in labels_of(make_plan(marks=()), "en") if one.startswith("By hand")]
    setup = calibration()
    camera = calibrate((1280, 720), setup["points"], setup["check_points"])
    laid = overlay(np.full((720, 1280, 3), 100, np.uint8), plan, camera, "category")
    # 7 px at this width: 6 px to the side and up there is a corner, or the map behind a disc
    for mark, colour in ((by_hand, [0, 158, 115]), (detected, [60, 123, 106])):
        u, v = to_pixel(mark.x_m, mark.y_m)
        assert laid[round(v) - 6, round(u) - 6].tolist() == pytest.approx(colour, abs=1)


@pytest.mark.parametrize("layer", ["category", "dose"])
def test_the_legend_of_a_small_plan_ends_above_its_caption(layer: Layer) -> None:
    kinds = [ZoneOutline(kind, kind, OPENING) for kind in ("danger", "post", "crowd")]
    small = np.full((10, 80), Cell.GOOD, np.uint8)
    plan = make_plan(classes=small, dose_s=np.zeros((10, 80), np.float32), zones=tuple(kinds))
    drawing = compose(plan, layer, "en")
    labels = {item.text: item.y for item in drawing.items if isinstance(item, Label)}
    caption = next(y for text, y in labels.items() if "5f0c2a91" in text)
    assert labels["Supervisor's post"] < caption - 9.0
    assert caption < max(labels.values()) < drawing.height


def test_cells_do_not_stick_out_of_the_pour() -> None:
    pour = ((2.0, 1.0), (6.0, 1.0), (6.0, 3.88), (2.0, 3.88))
    plan = make_plan(pour=pour)
    png = to_png(compose(plan, "category", "en"))
    # 3.8 to 3.9 m are one row of cells, of which the pour has the lower part
    assert pixel_at(png, plan, 2.6, 3.86) == (0xD5, 0x5E, 0x00)
    assert pixel_at(png, plan, 2.6, 3.895) == (0xFF, 0xFF, 0xFF)


@pytest.mark.parametrize("layer", ["category", "dose"])
def test_the_same_plan_gives_the_same_bytes(layer: Layer) -> None:
    one = compose(make_plan(), layer, "zh")
    again = compose(Plan.from_json(json.loads(json.dumps(make_plan().to_json()))), layer, "zh")
    assert to_svg(one) == to_svg(again)
    assert to_png(one) == to_png(again)


def test_what_is_no_plan_is_refused() -> None:
    for broken in ({}, make_plan().to_json() | {"rows": 7}, make_plan().to_json() | {"pour": [1]}):
        with pytest.raises(PlanError):
            Plan.from_json(broken)


def test_odd_plans_can_be_drawn() -> None:
    bare = make_plan(
        pour=(), openings=(), zones=(), formwork=(), marks=(), covered_pct=None,
        covered_tolerant_pct=None, is_radius_given=False,
        classes=np.full((1, 1), Cell.OUTSIDE, np.uint8), dose_s=np.zeros((1, 1), np.float32),
    )  # fmt: skip
    text = to_svg(compose(bare, "category", "en"))
    assert "default, not confirmed" in text
    assert "unknown" in text
    # 100 m by half a metre
    strip = make_plan(
        classes=np.full((10, 2000), Cell.GOOD, np.uint8), dose_s=np.zeros((10, 2000), np.float32)
    )
    assert to_png(compose(strip, "dose", "zh"))


def test_the_map_lies_over_the_picture_where_it_is_on_the_ground() -> None:
    setup = calibration()
    camera = calibrate((1280, 720), setup["points"], setup["check_points"])
    picture = np.full((720, 1280, 3), 100, np.uint8)
    painted = overlay(picture, make_plan(), camera, "category")

    def colour_at(x_m: float, y_m: float) -> list[int]:
        u, v = to_pixel(x_m, y_m)
        return painted[int(v), int(u)].tolist()

    # six tenths of the picture and four of the colour
    assert colour_at(3.0, 3.7) == pytest.approx([145, 98, 60], abs=1)
    assert colour_at(3.03, 1.62) == pytest.approx([60, 123, 106], abs=1)
    assert colour_at(8.0, 5.0) == [100, 100, 100]
    seen = painted[int(to_pixel(5.7, 2.2)[1]) : int(to_pixel(5.7, 1.6)[1]), 565:595]
    assert {tuple(one) for one in seen.reshape(-1, 3).tolist()} == {(100,) * 3, (0x8A,) * 3}
    moved = overlay(picture, make_plan(), camera, "category", shift_px=(40.0, 0.0))
    assert (moved[500:520, 240:250] == painted[500:520, 200:210]).all()


def test_no_cell_sticks_out_of_the_pour_over_the_picture() -> None:
    setup = calibration()
    camera = calibrate((1280, 720), setup["points"], setup["check_points"])
    # cells of 10 cm: the pour ends within a row of them, and so does the opening
    pour = ((2.0, 1.0), (6.0, 1.0), (6.0, 3.86), (2.0, 3.86))
    opening = ((2.5, 3.4), (2.7, 3.4), (2.7, 3.54), (2.5, 3.54))
    classes = np.full((29, 40), Cell.MISSED, np.uint8)
    classes[24, 5:7] = Cell.OUTSIDE
    dose_s = np.zeros(classes.shape, np.float32)
    plan = make_plan(pour=pour, openings=(opening,), cell_m=0.1, classes=classes, dose_s=dose_s)
    painted = overlay(np.full((1440, 2560, 3), 100, np.uint8), plan, camera, "category")

    def colour_at(x_m: float, y_m: float) -> list[int]:
        u, v = to_pixel(x_m, y_m)
        return painted[int(2 * v), int(2 * u)].tolist()

    missed, picture = [145, 98, 60], [100, 100, 100]
    assert colour_at(3.0, 3.82) == pytest.approx(missed, abs=1)
    assert colour_at(3.0, 3.89) == picture
    assert colour_at(2.6, 3.57) == pytest.approx(missed, abs=1)
    assert colour_at(2.6, 3.51) == picture
