"""The door to training: light to import, and heard of at once."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from workers.training.data import TrainingSet
from workers.training.events import OnEvent
from workers.training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a training ended.

    Attributes:
        state: `cancelled` when it was asked to stop; it can be resumed then.
        folder: of the detector; None when it was cancelled.
        epochs: that were finished.
        metrics: of the detector, as `evaluate_coco` gives them; None without pictures to judge on.
    """

    state: Literal["completed", "cancelled"]
    folder: Path | None
    epochs: int
    metrics: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """What people should know of a detector.

    Attributes:
        origin: what it was trained on, in words.
        licence: of its weights.
    """

    origin: str = ""
    licence: str = ""


def train(
    dataset: TrainingSet,
    recipe: Recipe,
    folder: Path,
    *,
    base: Path | None = None,
    provenance: Provenance = Provenance(),
    on_event: OnEvent = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Train a detector, or go on with a training that ended early.

    Args:
        dataset: to learn from and to judge on.
        recipe: how.
        folder: gets `model/` when all is done, and `checkpoint/` until then. When there is a
            checkpoint, the training goes on from it and ends as if it had never stopped.
        base: folder of a detector to begin with; None to begin from scratch.
        on_event: called from this thread with what happens; the first time at once.
        should_stop: asked at least once for each batch.

    Raises:
        TrainingError: what is wrong with data, recipe or machine, in one sentence.
    """
    on_event({"kind": "phase", "phase": "preparing", "progress": 0.0})
    # Takes seconds; whoever waits shall know that something happens.
    from workers.training.trainer import Trainer

    return Trainer(dataset, recipe, folder, base, provenance, on_event, should_stop).run()
