"""What is to be shown of a finding."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from workers.errors import WorkerError


class EvidenceError(WorkerError):
    """Evidence cannot be made of what was asked for."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A detected object: its box (xyxy, pixels of the upright picture), label and score."""

    box: tuple[float, float, float, float]
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class EvidenceRequest:
    """A finding as it is to be shown; times on the video's clock.

    Attributes:
        still_s: time of the pictures.
        point_px: what the finding is about, ringed; None where it has no place.
        caption: lines of text for the annotated picture.
    """

    start_s: float
    end_s: float
    still_s: float
    point_px: tuple[float, float] | None
    objects: tuple[Shown, ...]
    caption: tuple[str, ...]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "EvidenceRequest":
        """Read a request.

        Raises:
            EvidenceError: it is none.
        """
        try:
            point = data["point_px"]
            request = cls(
                start_s=float(data["start_s"]),
                end_s=float(data["end_s"]),
                still_s=float(data["still_s"]),
                point_px=None if point is None else (float(point[0]), float(point[1])),
                objects=tuple(_shown(one) for one in data["objects"]),
                caption=tuple(str(line) for line in data["caption"]),
            )
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise EvidenceError("evidence_invalid", f"Not a request: {error!r}.") from error
        if not (isfinite(request.still_s) and request.start_s <= request.end_s):
            raise EvidenceError("evidence_invalid", "The finding ends before it starts.")
        return request


def _shown(data: Mapping[str, Any]) -> Shown:
    x1, y1, x2, y2 = (float(value) for value in data["box"])
    return Shown((x1, y1, x2, y2), str(data["label"]), float(data["score"]))
