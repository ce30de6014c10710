"""What a plan shows, as data, and how it travels as JSON."""

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from workers.errors import WorkerError

Layer = Literal["category", "dose"]
Language = Literal["zh", "en"]
Outline = tuple[tuple[float, float], ...]


class PlanError(WorkerError):
    """A plan cannot be drawn of what was given."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An insertion on the plan: its printed number, place in metres and grade.

    Attributes:
        is_by_hand: a person put it in or corrected it.
    """

    number: int
    x_m: float
    y_m: float
    grade: str
    is_by_hand: bool


@dataclass(frozen=True, slots=True)
class ZoneOutline:
    """A named part of the ground."""

    name: str
    kind: str
    outline: Outline


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The plan of one lift, in metres.

    Attributes:
        origin_m: lower corner of the cell in row 0 and column 0.
        classes: (H, W) uint8 of `workers.vibration.coverage.Cell`; row 0 has the smallest y.
        dose_s: (H, W) float32.
        dose_scale_s: where the colours of the dose end; the same for all days.
        calibration_id: what tells this set-up from others.
        covered_pct: with the true radius; None where nothing could be observed.
        covered_tolerant_pct: with the radius grown by one sigma.
        is_radius_given: a person has set the radius.
        is_final: the analysis is over; before, nothing counts as missed.
    """

    title: str
    lift: str
    origin_m: tuple[float, float]
    cell_m: float
    classes: NDArray[np.uint8]
    dose_s: NDArray[np.float32]
    dose_scale_s: float
    marks: tuple[Mark, ...]
    pour: Outline
    openings: tuple[Outline, ...]
    formwork: tuple[Outline, ...]
    zones: tuple[ZoneOutline, ...]
    radius_m: float
    is_radius_given: bool
    calibration_id: str
    sigma_m: float
    covered_pct: float | None
    covered_tolerant_pct: float | None
    is_final: bool

    def __post_init__(self) -> None:
        if self.classes.ndim != 2 or self.classes.size == 0:
            raise ValueError(f"expected classes of shape (H, W), got {self.classes.shape}")
        if self.dose_s.shape != self.classes.shape:
            raise ValueError(f"expected doses of {self.classes.shape}, got {self.dose_s.shape}")

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON values; rasters are compressed."""
        rows, columns = self.classes.shape
        return {
            "title": self.title,
            "lift": self.lift,
            "origin_m": list(self.origin_m),
            "cell_m": self.cell_m,
            "rows": rows,
            "columns": columns,
            "classes": packed(self.classes.astype(np.uint8).tobytes()),
            "dose_s": packed(self.dose_s.astype("<f4").tobytes()),
            "dose_scale_s": self.dose_scale_s,
            "marks": [
                [one.number, one.x_m, one.y_m, one.grade, one.is_by_hand] for one in self.marks
            ],
            "pour": self.pour,
            "openings": self.openings,
            "formwork": self.formwork,
            "zones": [[one.name, one.kind, one.outline] for one in self.zones],
            "radius_m": self.radius_m,
            "is_radius_given": self.is_radius_given,
            "calibration_id": self.calibration_id,
            "sigma_m": self.sigma_m,
            "covered_pct": self.covered_pct,
            "covered_tolerant_pct": self.covered_tolerant_pct,
            "is_final": self.is_final,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Plan":
        """Read what `to_json` wrote.

        Raises:
            PlanError: it is something else.
        """
        try:
            shape = int(data["rows"]), int(data["columns"])
            classes = np.frombuffer(unpacked(data["classes"]), np.uint8).reshape(shape)
            dose_s = np.frombuffer(unpacked(data["dose_s"]), "<f4").reshape(shape)
            return cls(
                title=str(data["title"]),
                lift=str(data["lift"]),
                origin_m=(float(data["origin_m"][0]), float(data["origin_m"][1])),
                cell_m=float(data["cell_m"]),
                classes=classes,
                dose_s=dose_s.astype(np.float32),
                dose_scale_s=float(data["dose_scale_s"]),
                marks=tuple(
                    Mark(int(n), float(x), float(y), str(g), bool(h))
                    for n, x, y, g, h in data["marks"]
                ),
                pour=_outline(data["pour"]),
                openings=tuple(_outline(one) for one in data["openings"]),
                formwork=tuple(_outline(one) for one in data["formwork"]),
                zones=tuple(ZoneOutline(str(n), str(k), _outline(o)) for n, k, o in data["zones"]),
                radius_m=float(data["radius_m"]),
                is_radius_given=bool(data["is_radius_given"]),
                calibration_id=str(data["calibration_id"]),
                sigma_m=float(data["sigma_m"]),
                covered_pct=_maybe(data["covered_pct"]),
                covered_tolerant_pct=_maybe(data["covered_tolerant_pct"]),
                is_final=bool(data["is_final"]),
            )
        except (KeyError, TypeError, ValueError, IndexError, zlib.error) as error:
            raise PlanError("plan_invalid", f"Not a plan: {error!r}.") from error


def packed(data: bytes) -> str:
    """Compress bytes into text."""
    return base64.b64encode(zlib.compress(data)).decode("ascii")


def unpacked(text: str) -> bytes:
    """Return what `packed` was given."""
    return zlib.decompress(base64.b64decode(text))


def _outline(points: Sequence[Sequence[float]]) -> Outline:
    return tuple((float(x), float(y)) for x, y in points)


def _maybe(value: Any) -> float | None:
    return None if value is None else float(value)
