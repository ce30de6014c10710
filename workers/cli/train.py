"""`python -m workers train`: a detector from labelled pictures."""

import argparse
import json
import logging
import signal
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

    from workers.training.events import Event

logger = logging.getLogger(__name__)

_STEP_EVERY_S = 2.0

# Fields of the recipe that have an option of their own.
_FIELDS = (
    "size", "epochs", "batch_size", "parts", "learning_rate", "seed", "patience", "input_size",
)  # fmt: skip


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "train",
        help="train a detector on labelled pictures",
        description="Trains a D-FINE detector. DIR gets model/ when all is done and checkpoint/ "
        "until then; the same command goes on with a training that ended early.",
    )
    parser.add_argument("--data", type=Path, required=True, help="boxes, COCO JSON")
    parser.add_argument("--images", type=Path, required=True, metavar="DIR", help="the pictures")
    parser.add_argument("--val", type=Path, help="COCO JSON of pictures to judge on, in DIR too")
    parser.add_argument(
        "--classes", type=Path, help="file with one class to learn per line; else all of the data"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where it goes")
    parser.add_argument("--from", type=Path, dest="base", metavar="FOLDER", help="to begin with")
    parser.add_argument("--size", help="nano, nano-fine, small, medium, large or xlarge (nano)")
    parser.add_argument("--input-size", type=_size, metavar="WxH", help="multiples of 32 (640x640)")
    parser.add_argument("--epochs", type=int, help="how often all is seen (50)")
    parser.add_argument("--batch-size", type=int, help="pictures in a step (8)")
    parser.add_argument("--parts", type=int, help="cut a batch in parts, to save memory (1)")
    parser.add_argument("--learning-rate", type=float, help="the highest (0.0004)")
    parser.add_argument("--patience", type=int, help="stop after so many epochs without progress")
    parser.add_argument("--seed", type=int, help="the same seed gives the same detector (1)")
    parser.add_argument("--recipe", type=Path, help="JSON with more of the recipe's fields")
    parser.add_argument("--licence", default="", help="of the weights")
    parser.add_argument("--origin", default="", help="what it was trained on, in words")
    parser.add_argument("--events", action="store_true", help="events as JSON lines on stderr")


def run(options: Namespace) -> None:
    """Train, tell about it on stderr, and print the outcome as JSON."""
    from workers.detect.spec import read_class_names
    from workers.training import Provenance, TrainingSet, train

    wish = _Wish()
    outcome = train(
        TrainingSet.read(
            options.data,
            options.images,
            val=options.val,
            labels=read_class_names(options.classes) if options.classes else None,
        ),
        _recipe(options),
        options.out,
        base=options.base,
        provenance=Provenance(origin=options.origin, licence=options.licence),
        on_event=_print_event if options.events else _Teller(),
        should_stop=lambda: wish.to_stop,
    )
    if outcome.state == "cancelled":
        raise KeyboardInterrupt
    answer = {
        "folder": str(outcome.folder),
        "epochs": outcome.epochs,
        "metrics": outcome.metrics,
    }
    print(json.dumps(answer))


class _Wish:
    """Whether somebody asked to stop; the work is put away in good order then."""

    def __init__(self) -> None:
        self.to_stop = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: "FrameType | None") -> None:
        self.to_stop = True


class _Teller:
    """Writes events for people, steps only now and then."""

    def __init__(self) -> None:
        self._said_at = 0.0

    def __call__(self, event: "Event") -> None:
        now = time.monotonic()
        if event["kind"] == "step" and now - self._said_at < _STEP_EVERY_S:
            return
        self._said_at = now
        from workers.training.events import describe

        logger.info("%s", describe(event))


def _print_event(event: "Event") -> None:
    print(f"event {json.dumps(event)}", file=sys.stderr, flush=True)


def _recipe(options: Namespace) -> Any:
    from workers.training import Recipe, TrainingError

    given: dict[str, Any] = {}
    if options.recipe:
        try:
            given = json.loads(options.recipe.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise TrainingError(
                "recipe_invalid", f"{options.recipe.name} cannot be read: {error}."
            ) from error
        if not isinstance(given, dict):
            raise TrainingError("recipe_invalid", f"{options.recipe.name} is not a JSON object.")
    named = {name: getattr(options, name) for name in _FIELDS}
    return Recipe.from_json(given | {k: v for k, v in named.items() if v is not None})


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    try:
        return int(width), int(height)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 640x384") from None
