"""The ONNX form of a detector's folder."""

import contextlib
import io
import json
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workers.detect.compare import Difference, largest_difference
from workers.detect.folder import ModelFolder
from workers.detect.heads import LABELS_KEY, Output
from workers.detect.onnx import SCORE_THRESHOLD_KEY
from workers.detect.runtimes import OnnxRuntime, Runtime, Tensor
from workers.detect.set_heads import QueryHead
from workers.errors import DetectorError

if TYPE_CHECKING:
    from workers.detect.torch_model import BoxModel

logger = logging.getLogger(__name__)

# What the two forms of a model may differ by.
BOX_TOLERANCE_PX = 1.0
SCORE_TOLERANCE = 0.01

_OPSET = 17


def export_onnx(path: Path, out: Path) -> Difference:
    """Write the detector of a folder as one ONNX file that needs nothing beside it.

    The file is in float32, takes batches of any length, and carries the labels, the suggested
    threshold, the licence and the origin. It is written only if it finds what the folder finds.

    Returns:
        By how much the two differ on a generated picture.

    Raises:
        DetectorError: why the folder cannot be loaded, `detector_not_exportable` if torch cannot
            write it, `detector_export_differs` if it finds something else.
        OSError: if the file cannot be written.
    """
    from workers.detect.torch_model import load_box_model

    folder = ModelFolder.read(path)
    model, head = load_box_model(folder)
    return export_loaded(folder, model, head, out)


def export_loaded(folder: ModelFolder, model: "BoxModel", head: QueryHead, out: Path) -> Difference:
    """Write a loaded detector; see `export_onnx`."""
    from workers.detect.torch_model import TorchRuntime

    with _part_of(out) as part:
        _write(model, head, part)
        _add_metadata(folder, part)
        difference = compare_runtimes(TorchRuntime(model), OnnxRuntime(part), head)
        if difference.box_px > BOX_TOLERANCE_PX or difference.score > SCORE_TOLERANCE:
            raise DetectorError(
                "detector_export_differs",
                f"The ONNX form of {folder.path.name} moves boxes by {difference.box_px:.2f} "
                f"pixels and scores by {difference.score:.3f}.",
            )
        part.replace(out)
    logger.info(
        "wrote %s; boxes differ by at most %.4f px, scores by %.6f",
        out.name,
        difference.box_px,
        difference.score,
    )
    return difference


def compare_runtimes(one: Runtime, other: Runtime, head: QueryHead) -> Difference:
    """Return how far apart two forms of a model are on a generated picture."""
    images = test_picture(head)
    # From the second on everything is compared with, or the last would miss its partner.
    best = head.candidates(_first(one, images), 0.0)
    return largest_difference(best, head.candidates(_first(other, images), 0.0))


def test_picture(head: QueryHead) -> Tensor:
    """Return a picture with edges at all scales, (1, 3, H, W) float32 from 0 to 1."""
    random = np.random.default_rng(0)
    picture = np.zeros((3, head.height, head.width), np.float32)
    for cell in (2, 8, 32, 128):
        rows, columns = -(-head.height // cell), -(-head.width // cell)
        coarse = random.random((3, rows, columns), np.float32)
        picture += np.kron(coarse, np.ones((1, cell, cell), np.float32))[
            :, : head.height, : head.width
        ]
    return np.asarray(picture / 4, np.float32)[None]


def _first(runtime: Runtime, images: Tensor) -> list[Output]:
    return [output[0] for output in runtime.run(images)]


@contextmanager
def _part_of(out: Path) -> Iterator[Path]:
    """Give a name beside the file for as long as it is not complete."""
    handle, name = tempfile.mkstemp(prefix=f".{out.stem[:40]}-", suffix=".onnx", dir=out.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _write(model: "BoxModel", head: QueryHead, out: Path) -> None:
    import torch

    names = {"images": {0: "batch"}, "logits": {0: "batch"}, "pred_boxes": {0: "batch"}}
    # Two pictures, so that nothing takes the batch for a constant one.
    example = torch.zeros(2, 3, head.height, head.width)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), torch.no_grad():
            warnings.simplefilter("ignore")
            # The exporter that traces: the newer one takes ten times as long for these models,
            # and cannot translate the checks that transformers puts into them.
            torch.onnx.export(
                model,
                (example,),
                str(out),
                input_names=["images"],
                output_names=["logits", "pred_boxes"],
                dynamic_axes=names,
                opset_version=_OPSET,
                dynamo=False,
            )
    except OSError:
        raise
    except Exception as error:  # its errors have no base class of their own
        raise DetectorError(
            "detector_not_exportable", f"torch cannot write this model as ONNX ({error})."
        ) from error


def _add_metadata(folder: ModelFolder, out: Path) -> None:
    import onnx

    facts = {
        LABELS_KEY: json.dumps(folder.labels, ensure_ascii=False),
        "cvd.input_size": json.dumps(folder.input_size),
        "cvd.head": "logits and boxes",
        "cvd.digest_of_origin": folder.digest,
        "cvd.licence": folder.licence,
        "cvd.origin": folder.origin,
    }
    if folder.score_threshold is not None:
        facts[SCORE_THRESHOLD_KEY] = json.dumps(folder.score_threshold)
    model = onnx.load(str(out))
    onnx.helper.set_model_props(model, facts)
    onnx.save(model, str(out))
