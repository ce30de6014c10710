"""The site set-up and the truth that go with a simulated video."""

from dataclasses import asdict
from typing import Any

import numpy as np

from workers.simulate.camera import Camera
from workers.simulate.look import Look
from workers.simulate.options import Options
from workers.simulate.plan import Insertion, Plan, Rect

_CALIBRATION_POINTS = 8
_CHECK_POINTS = 3
_CALIBRATION_STREAM = 7


def site_json(plan: Plan, options: Options) -> dict[str, Any]:
    """Return the site set-up of a plan: calibration, pour, openings, zones, radius, profile."""
    camera = Camera(plan.camera, options.width, options.height)
    rng = np.random.default_rng((plan.seed, _CALIBRATION_STREAM))
    bay = plan.bay
    return {
        "calibration": {
            "image_size": [options.width, options.height],
            "points": _points_around(camera, bay.section, _CALIBRATION_POINTS, rng, spread=1.35),
            "check_points": _points_around(camera, bay.section, _CHECK_POINTS, rng, spread=0.8),
        },
        "pour": [list(corner) for corner in bay.section.corners],
        "openings": [] if bay.opening is None else [_polygon(bay.opening)],
        "zones": [{"name": "restricted", "kind": "danger", "polygon": _polygon(bay.zone)}],
        "radius_m": plan.radius_m,
        "profile": "CN-GB",
        "rules": {},
    }


def _polygon(rect: Rect) -> list[list[float]]:
    return [[round(x, 3), round(y, 3)] for x, y in rect.corners]


def _points_around(
    camera: Camera, section: Rect, count: int, rng: np.random.Generator, spread: float
) -> list[list[float]]:
    """Return [u, v, x_m, y_m] of points on an ellipse, so that no three lie on a line.

    The ellipse shrinks until all of its points are in the picture.
    """
    x, y = section.center
    half = np.array(
        [max((section.x1 - section.x0) / 2, 1.0), max((section.y1 - section.y0) / 2, 0.8)]
    )
    angles = float(rng.uniform(0, 2 * np.pi)) + 2 * np.pi * np.arange(count) / count
    for scale in spread * 0.9 ** np.arange(20):
        ground = np.round(
            np.column_stack(
                [x + scale * half[0] * np.cos(angles), y + scale * half[1] * np.sin(angles)]
            ),
            3,
        )
        pixels, _ = camera.project(np.column_stack([ground, np.zeros(count)]))
        if np.all(pixels > 4) and np.all(pixels < np.array([camera.width, camera.height]) - 4):
            break
    return [
        [round(float(u), 3), round(float(v), 3), float(px), float(py)]
        for (u, v), (px, py) in zip(pixels, ground, strict=True)
    ]


def truth_json(plan: Plan, look: Look, options: Options) -> dict[str, Any]:
    """Return what really happens: insertions, violations, people, camera."""
    return {
        "seed": options.seed,
        "difficulty": options.difficulty,
        "seconds": options.seconds,
        "fps": options.fps,
        "size": [options.width, options.height],
        "radius_m": plan.radius_m,
        "coverage_pct": plan.coverage_pct,
        "camera": {**asdict(plan.camera), "shake_px": look.shake_px, "crf": look.crf},
        "insertions": [_insertion_json(insertion) for insertion in plan.insertions],
        "violations": [asdict(violation) for violation in plan.violations],
        "people": [
            {"track_id": p.track_id, "helmet": p.has_helmet, "vest": p.has_vest}
            for p in plan.people
        ],
        "pokers": [
            {"track_id": poker.track_id, "operator_id": poker.operator_id} for poker in plan.pokers
        ],
    }


def _insertion_json(insertion: Insertion) -> dict[str, Any]:
    return {**asdict(insertion), "duration_s": round(insertion.duration_s, 3)}
