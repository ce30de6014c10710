"""Makes the starter detector again, from nothing but a seed.

    python -m workers.training.starter --work DIR [--out workers/detect/starter] [--pours N]

renders the pictures, trains on them and writes the folder. Takes hours on two cores; stopped, it
goes on where it was. `python -m benchmarks.starter` tells how good the result is.
"""

import argparse
import logging
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

from workers.errors import WorkerError
from workers.training import Provenance, Recipe, TrainingSet, train
from workers.training.events import Event, describe
from workers.training.pours import Pours, render_pours

STARTER = Path(__file__).resolve().parents[1] / "detect" / "starter"
LABELS = ("worker", "vibrator_in", "vibrator_out")
FIRST_SEED = 100_000
POURS = 1500
# Of one pour every picture shows the same pokers on the ground: few pictures of many pours, and
# more such pokers than on a site.
PICTURES = 2
IDLE_POKERS = 3
FIRST_VAL_SEED = 9_000_000
VAL_POURS = 60

# First small pictures, then larger ones; what is rare or small comes last, for it needs most of the
# learning rate that is left when all else is known. A poker on the ground is 38 pixels long in the
# middle of a picture of 960: the second training begins with parts of pictures, which show it on a
# small input as large as whole pictures do on the last one, in a third of the time.
FIRST = Recipe(
    size="nano-fine",
    input_size=(512, 288),
    epochs=14,
    steps_per_epoch=200,
    batch_size=8,
    parts=2,
    learning_rate=8e-4,
    flat_share=8 / 14,
    first_size=(320, 192),
    first_share=8 / 14,
    queries=100,
    denoising=40,
    seed=1,
)
SECOND = replace(
    FIRST,
    input_size=(640, 352),
    epochs=16,
    steps_per_epoch=140,
    parts=1,
    learning_rate=6e-4,
    warm_up_steps=20,
    flat_share=0.6,
    final_factor=0.02,
    average_decay=0.995,
    first_size=(320, 192),
    first_share=7 / 16,
    focus_share=0.8,
    seed=3,
)
PROVENANCE = Provenance(
    origin="trained on simulated pours only (workers/simulate); never saw a real site",
    licence="Apache-2.0",
)

logger = logging.getLogger(__name__)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="for pictures and checkpoints")
    parser.add_argument("--out", type=Path, default=STARTER, help="folder of the detector")
    parser.add_argument("--pours", type=int, default=POURS, help=f"to learn from ({POURS})")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        make_starter(options.work, options.out, options.pours)
    except WorkerError as error:
        logger.error("error: %s", error.message)
        return 2
    return 0


def make_starter(work: Path, out: Path, pours: int) -> None:
    """Render, train, and put the detector's files into `out`."""
    learned = Pours(range(FIRST_SEED, FIRST_SEED + pours), PICTURES, None, LABELS, IDLE_POKERS)
    judged = Pours(range(FIRST_VAL_SEED, FIRST_VAL_SEED + VAL_POURS), 4, "middle", LABELS)
    pictures = work / "pictures"
    coco, val = pictures / "train.json", pictures / "val.json"
    render_pours(judged, val)
    render_pours(learned, coco, _Rendering())
    dataset = TrainingSet.read(coco, pictures, val=val, labels=LABELS)
    first = _trained(dataset, FIRST, work / "first", None)
    second = _trained(dataset, SECOND, work / "second", first)
    shutil.copytree(second, out, dirs_exist_ok=True)


def _trained(dataset: TrainingSet, recipe: Recipe, folder: Path, base: Path | None) -> Path:
    """Train, unless that was done before, and return the folder of the detector."""
    model = folder / "model"
    if not model.is_dir():
        train(dataset, recipe, folder, base=base, provenance=PROVENANCE, on_event=_tell)
    return model


class _Rendering:
    """Says now and then how much is rendered."""

    def __init__(self) -> None:
        self._said_at = time.monotonic()

    def __call__(self, share: float) -> None:
        if time.monotonic() - self._said_at >= 10.0:
            self._said_at = time.monotonic()
            logger.info("rendered %.0f %%", 100 * share)


def _tell(event: Event) -> None:
    logger.info("%s", describe(event))


if __name__ == "__main__":
    sys.exit(main())
