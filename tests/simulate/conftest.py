"""One small pour, rendered once, and the plain geometry to check it with."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workers.simulate import Options, simulate

OPTIONS = Options(seed=3, seconds=14.0, difficulty="easy", width=480, height=270, fps=10.0)


@dataclass(frozen=True)
class Pour:
    """The files of one simulated pour."""

    folder: Path
    coco: dict[str, Any]
    site: dict[str, Any]
    truth: dict[str, Any]


@pytest.fixture(scope="session")
def pour(tmp_path_factory: pytest.TempPathFactory) -> Pour:
    folder = tmp_path_factory.mktemp("pour")
    simulate(OPTIONS, folder)
    return Pour(
        folder,
        *(json.loads((folder / f"{name}.json").read_text()) for name in ("coco", "site", "truth")),
    )


def solve_homography(points: list[list[float]]) -> Callable[[float, float], tuple[float, float]]:
    """Return pixel to metre from [u, v, x, y] rows, by the direct linear transform."""
    rows = []
    for u, v, x, y in points:
        rows.append([u, v, 1, 0, 0, 0, -x * u, -x * v, -x])
        rows.append([0, 0, 0, u, v, 1, -y * u, -y * v, -y])
    # Columns of very different size would cost digits.
    matrix = np.array(rows)
    scale = np.linalg.norm(matrix, axis=0)
    solution = np.linalg.svd(matrix / scale)[2][-1] / scale
    homography = solution.reshape(3, 3)

    def to_metres(u: float, v: float) -> tuple[float, float]:
        x, y, w = homography @ (u, v, 1.0)
        return float(x / w), float(y / w)

    return to_metres
