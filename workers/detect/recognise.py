"""Telling from what a model answers how to read it.

To add a family: write a class that satisfies `Head` and a function that recognises its outputs,
and name the function in `_RECOGNISERS`.
"""

from collections.abc import Sequence

from workers.detect.heads import Head, Output
from workers.detect.set_heads import recognise_set
from workers.detect.yolo_heads import anchor_count, recognise_anchors
from workers.errors import DetectorError

_RECOGNISERS = (recognise_set, recognise_anchors)


def recognise_head(
    outputs: Sequence[Output], *, height: int, width: int, class_count: int | None
) -> Head:
    """Tell from the outputs for one picture what kind of model gave them.

    Args:
        outputs: what the model returned for a batch of one.
        height: of its input.
        width: of its input.
        class_count: how many names of classes are known, or None.

    Raises:
        DetectorError: `detector_outputs_unknown`.
    """
    for recognise in _RECOGNISERS:
        head = recognise(outputs, height=height, width=width, class_count=class_count)
        if head is not None:
            return head
    anchors = anchor_count(height, width)
    raise DetectorError(
        "detector_outputs_unknown",
        f"The model gives {[tuple(output.shape) for output in outputs]}; expected one output of "
        f"(1, {anchors}, 5 + classes) as YOLOX or (1, 4 + classes, {anchors}) as YOLOv8, or logits "
        f"and boxes of (1, N, classes) and (1, N, 4), or labels, boxes and scores as DETR.",
    )
