"""What is needed to load a detector."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workers.errors import DetectorError

DEFAULT_SCORE_THRESHOLD = 0.25
DEFAULT_NMS_IOU = 0.45


@dataclass(frozen=True, slots=True)
class DetectorSpec:
    """The settings of one detector.

    Attributes:
        name: what the person who registered it calls it.
        kind: its key in `workers.detect.registry.DETECTORS`.
        path: the file or folder with its weights, for kinds that have one.
        classes: the labels in the order of the model's outputs, where the file does not say.
        score_threshold: what scores less is dropped; None for what the model suggests, else 0.25.
        nms_iou: of two boxes of one class that overlap more than this, the lower score is dropped;
            None for what suits the model: 1, which drops nothing, where it gives each object once.
        digest: SHA-256 in hex that the file must have, or empty to take it as it is.
        label_map: other names for some of the labels, as `{"person": "worker"}`.
        cache_folder: where forms of the model that were made for this machine are kept; None for
            a folder of the user.
    """

    name: str
    kind: str
    path: Path | None = None
    classes: tuple[str, ...] | None = None
    score_threshold: float | None = None
    nms_iou: float | None = None
    digest: str = ""
    label_map: Mapping[str, str] = field(default_factory=dict)
    cache_folder: Path | None = None

    def __post_init__(self) -> None:
        is_score = self.score_threshold is None or 0 <= self.score_threshold < 1
        is_overlap = self.nms_iou is None or 0 < self.nms_iou <= 1
        if not is_score or not is_overlap:
            raise ValueError(
                f"score threshold {self.score_threshold} must be in [0, 1) "
                f"and overlap {self.nms_iou} in (0, 1]"
            )

    def score_threshold_or(self, suggested: float | None) -> float:
        """Return the threshold to use with a model that suggests this one."""
        if self.score_threshold is not None:
            return self.score_threshold
        return DEFAULT_SCORE_THRESHOLD if suggested is None else suggested

    def nms_iou_or(self, suitable: float) -> float:
        """Return the overlap to use with a model that this one suits."""
        return suitable if self.nms_iou is None else self.nms_iou

    def map_labels(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the labels under the names that this detector shall give them."""
        return tuple(self.label_map.get(label, label) for label in labels)


def read_class_names(path: Path) -> tuple[str, ...]:
    """Read the labels of a model from a text file with one on each line.

    Raises:
        DetectorError: `detector_classes_unreadable`.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DetectorError(
            "detector_classes_unreadable", f"The class names in {path.name} cannot be read: {error}"
        ) from error
    names = tuple(line.strip() for line in lines if line.strip())
    if not names or len(set(names)) != len(names):
        raise DetectorError(
            "detector_classes_unreadable", f"{path.name} has no class names, or one of them twice."
        )
    return names
