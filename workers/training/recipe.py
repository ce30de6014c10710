"""How a detector is trained; stored with the detector."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from workers.training.errors import TrainingError
from workers.training.sizes import SIZES

_STRIDE = 32


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides a training, except for the data.

    Attributes:
        size: a key of `SIZES`; counts only when a training begins from scratch.
        input_size: width and height that pictures are stretched to, multiples of 32 pixels.
        epochs: how often the detector is judged, and a checkpoint is kept.
        steps_per_epoch: None for as many as take every picture once.
        batch_size: pictures in one step.
        parts: what a batch is cut into; the parts go through the model one after the other, which
            takes less memory, and their gradients are averaged.
        learning_rate: the highest one; the backbone gets half of it.
        warm_up_steps: over these it rises from nothing.
        flat_share: the share of all steps after which it falls, like a cosine.
        final_factor: what is left of it in the end.
        weight_decay: of weights, not of biases and norms.
        clip_norm: gradients are scaled down to this length.
        average_decay: of the running average of the weights, which is what is judged and kept.
        first_size: a smaller input size to begin with, which is faster; None for none.
        first_share: the share of all steps that have it.
        queries: most objects in a picture; None for what is usual for the size.
        denoising: number of noisy boxes that help to learn in the beginning; None as above.
        flip_share: share of the pictures that are mirrored.
        focus_share: share of the pictures of which a part around one of the smaller and rarer boxes
            is shown, so that small things are also seen large, and rare ones often.
        focus_least: least width of that part, against the picture's.
        crop_share: share of the other pictures of which any part is shown.
        crop_least: least width of that part, against the picture's.
        colour_share: share of the pictures whose colours and brightness are changed.
        patience: epochs without a better AP after which the training ends; None for never.
        seed: the same seed, data and machine give the same detector.

    Raises:
        TrainingError: `recipe_invalid`, with the field and what it may be.
    """

    size: str = "nano"
    input_size: tuple[int, int] = (640, 640)
    epochs: int = 50
    steps_per_epoch: int | None = None
    batch_size: int = 8
    parts: int = 1
    learning_rate: float = 4e-4
    warm_up_steps: int = 100
    flat_share: float = 0.4
    final_factor: float = 0.03
    weight_decay: float = 1e-4
    clip_norm: float = 0.1
    average_decay: float = 0.998
    first_size: tuple[int, int] | None = None
    first_share: float = 0.0
    queries: int | None = None
    denoising: int | None = None
    flip_share: float = 0.5
    focus_share: float = 0.5
    focus_least: float = 0.35
    crop_share: float = 0.5
    crop_least: float = 0.7
    colour_share: float = 0.7
    patience: int | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        _require(self.size in SIZES, f"size must be one of {', '.join(SIZES)}, not {self.size!r}")
        for name in ("input_size", "first_size"):
            size = getattr(self, name)
            _require(
                size is None or all(32 <= side <= 2048 and side % _STRIDE == 0 for side in size),
                f"{name} must be multiples of {_STRIDE} from 32 to 2048, not {size}",
            )
        for name, least, most in (
            ("epochs", 1, 10_000), ("batch_size", 1, 1024), ("parts", 1, self.batch_size),
            ("warm_up_steps", 0, 1_000_000), ("steps_per_epoch", 1, 1_000_000),
            ("queries", 1, 1000), ("denoising", 0, 1000), ("patience", 1, 10_000),
            ("seed", 0, 2**31 - 1), ("learning_rate", 1e-8, 1.0), ("weight_decay", 0.0, 1.0),
            ("clip_norm", 1e-6, 1e6), ("average_decay", 0.0, 0.999999), ("final_factor", 0.0, 1.0),
            ("crop_least", 0.1, 1.0), ("focus_least", 0.1, 1.0), ("focus_share", 0.0, 1.0),
            ("flat_share", 0.0, 1.0), ("first_share", 0.0, 1.0),
            ("flip_share", 0.0, 1.0), ("crop_share", 0.0, 1.0), ("colour_share", 0.0, 1.0),
        ):  # fmt: skip
            value = getattr(self, name)
            _require(
                value is None or least <= value <= most,
                f"{name} must lie in [{least:g}, {most:g}], not {value}",
            )
        _require(
            self.batch_size % self.parts == 0,
            f"parts must divide the batch of {self.batch_size}, {self.parts} does not",
        )
        _require(
            self.first_size is not None or self.first_share == 0.0,
            "first_share says when a first_size ends, but there is none",
        )

    def to_json(self) -> dict[str, Any]:
        """Return all fields; sizes become lists."""
        data = asdict(self)
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in data.items()
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` gives; what is left out has its default.

        Raises:
            TrainingError: `recipe_invalid`.
        """
        unknown = sorted(set(data) - {field.name for field in fields(cls)})
        _require(not unknown, f"a recipe has no {', '.join(unknown)}")
        try:
            values: dict[str, Any] = {
                key: tuple(value) if isinstance(value, list) else value
                for key, value in data.items()
            }
            return cls(**values)
        except TypeError as error:
            raise TrainingError("recipe_invalid", f"The recipe cannot be used: {error}.") from error


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise TrainingError("recipe_invalid", f"The recipe cannot be used: {message}.")
