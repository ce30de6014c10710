"""What an analysis says about one frame."""

import json
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from workers.detect.base import Detections


@dataclass(frozen=True, slots=True, eq=False)
class FrameResult:
    """What was found in one analysed frame.

    Attributes:
        frame: its number in the video, from 0.
        pts_seconds: when it is shown.
        width: of the upright picture, in pixels.
        height: of the upright picture, in pixels.
        detections: what was found.
        pdq: the 32 bytes of its hash, or None if it was not hashed.
        pdq_quality: 0 to 100.
    """

    frame: int
    pts_seconds: float
    width: int
    height: int
    detections: Detections
    pdq: bytes | None
    pdq_quality: int

    def to_json(self) -> dict[str, Any]:
        """Return the result in the shape of the JSON Lines contract."""
        return {
            "frame": self.frame,
            "pts_seconds": round(self.pts_seconds, 6),
            "width": self.width,
            "height": self.height,
            # A hundredth of a pixel is beyond any detector; more digits only make files large.
            "boxes": np.round(self.detections.boxes.astype(np.float64), 2).tolist(),
            "scores": np.round(self.detections.scores.astype(np.float64), 4).tolist(),
            "labels": list(self.detections.labels),
            "pdq": None if self.pdq is None else self.pdq.hex(),
            "pdq_quality": self.pdq_quality,
        }

    def to_line(self) -> str:
        """Return the result as one line of JSON, without the line's end."""
        return json.dumps(self.to_json(), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, result: dict[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Raises:
            KeyError, ValueError: if it has another shape.
        """
        labels = tuple(result["labels"])
        return cls(
            frame=result["frame"],
            pts_seconds=result["pts_seconds"],
            width=result["width"],
            height=result["height"],
            detections=Detections(
                np.array(result["boxes"], np.float32).reshape(len(labels), 4),
                np.array(result["scores"], np.float32),
                labels,
            ),
            pdq=None if result["pdq"] is None else bytes.fromhex(result["pdq"]),
            pdq_quality=result["pdq_quality"],
        )
