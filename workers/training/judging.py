"""How good a network is on pictures that it did not learn from."""

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from workers.device import cpu_count
from workers.evaluation.coco import evaluate_coco
from workers.training.ahead import map_ahead
from workers.training.augment import Sample, stretch
from workers.training.batches import to_batch
from workers.training.data import Example

# As many boxes in a picture count in COCO's figures.
_MAX_BOXES = 100

Json = dict[str, Any]


@torch.inference_mode()
def predict(
    model: nn.Module,
    examples: Sequence[Example],
    size: tuple[int, int],
    batch_size: int,
    check: Callable[[], None] = lambda: None,
) -> list[Json]:
    """Find objects in pictures, as the detector will.

    Args:
        size: width and height of the input.
        check: called for each batch; what it raises ends the work.

    Returns:
        COCO results; `image_id` is the place of the picture plus 1, `category_id` the number of
        the class plus 1.
    """
    was_training = model.training
    model.eval()
    device = next(model.parameters()).device

    def load(example: Example) -> Sample:
        return stretch(example.load(), size)

    loaded = map_ahead(load, examples, threads=cpu_count(), ahead=2 * batch_size)
    results: list[Json] = []
    try:
        for first in range(0, len(examples), batch_size):
            check()
            part = examples[first : first + batch_size]
            batch = to_batch([next(loaded) for _ in part]).to(device)
            output = model(pixel_values=batch.images)
            for place, example in enumerate(part):
                results += _results_of(
                    output.logits[place], output.pred_boxes[place], example, first + place + 1
                )
    finally:
        loaded.close()
        model.train(was_training)
    return results


def metrics_of(results: Sequence[Json], examples: Sequence[Example], labels: Sequence[str]) -> Json:
    """Return COCO's figures of what `predict` gave, as `evaluate_coco` names them."""
    with tempfile.TemporaryDirectory() as folder:
        truth, found = Path(folder) / "truth.json", Path(folder) / "results.json"
        truth.write_text(json.dumps(truth_of(examples, labels)))
        found.write_text(json.dumps(list(results)))
        return evaluate_coco(truth, found)


def truth_of(examples: Sequence[Example], labels: Sequence[str]) -> Json:
    """Return the boxes of pictures as COCO ground truth, numbered as `predict` does."""
    annotations: list[Json] = []
    for number, example in enumerate(examples, start=1):
        for (x1, y1, x2, y2), label in zip(
            example.boxes.tolist(), example.labels.tolist(), strict=True
        ):
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": label + 1,
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                    "area": (x2 - x1) * (y2 - y1),
                    "iscrowd": 0,
                }
            )
    return {
        "images": [
            {"id": n, "file_name": one.path.name, "width": one.width, "height": one.height}
            for n, one in enumerate(examples, start=1)
        ],
        "annotations": annotations,
        "categories": [{"id": n, "name": label} for n, label in enumerate(labels, start=1)],
    }


def _results_of(
    logits: torch.Tensor, boxes: torch.Tensor, example: Example, image_id: int
) -> list[Json]:
    """Take the best of (Q, C) logits and (Q, 4) cxcywh shares of the picture."""
    scores = logits.float().sigmoid()
    best = scores.flatten().topk(min(_MAX_BOXES, scores.numel()))
    classes = scores.shape[1]
    centres, sizes = boxes.float()[:, :2], boxes.float()[:, 2:]
    corners = torch.cat([centres - sizes / 2, sizes], dim=1)
    scale = torch.tensor([example.width, example.height] * 2, device=boxes.device)
    pixels = (corners * scale)[best.indices // classes]
    return [
        {"image_id": image_id, "category_id": label + 1, "bbox": box, "score": score}
        for box, label, score in zip(
            pixels.tolist(),
            (best.indices % classes).tolist(),
            best.values.tolist(),
            strict=True,
        )
    ]
