"""Tiny ONNX models that answer like detectors, for tests."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 64
# Strides 8, 16 and 32 of a 64 pixel input: 64 + 16 + 4.
ANCHORS = 84
COLOURS = ("red", "green", "blue")


def save_model(
    path: Path,
    nodes: list[onnx.NodeProto],
    constants: dict[str, np.ndarray],
    output_shape: list[int],
    metadata: dict[str, str] | None = None,
) -> None:
    """Save a graph from `images` (1, 3, 64, 64) to `output`."""
    graph = helper.make_graph(
        nodes,
        "detector",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, output_shape)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, metadata or {})
    onnx.save(model, str(path))


def save_yolov8(
    path: Path, box: tuple[float, float, float, float], metadata: dict[str, str] | None = None
) -> None:
    """A model of YOLOv8's layout that finds `box` (cx, cy, w, h), whatever is in the picture.

    Its three scores are the means of the red, green and blue in the middle of the input, so they
    tell how the picture was put in.
    """
    boxes = np.zeros((1, 4, ANCHORS), np.float32)
    boxes[0, :, 0] = box
    only_first = np.zeros((1, 1, ANCHORS), np.float32)
    only_first[0, 0, 0] = 1
    half = SIDE // 2
    save_model(
        path,
        [
            helper.make_node("Slice", ["images", "start", "end", "axes"], ["middle"]),
            helper.make_node("ReduceMean", ["middle"], ["mean"], axes=[2, 3], keepdims=1),
            helper.make_node("Squeeze", ["mean", "last"], ["column"]),
            helper.make_node("Mul", ["column", "only_first"], ["scores"]),
            helper.make_node("Concat", ["boxes", "scores"], ["output"], axis=1),
        ],
        {
            "boxes": boxes,
            "only_first": only_first,
            "start": np.array([half - 4, half - 4]),
            "end": np.array([half + 4, half + 4]),
            "axes": np.array([2, 3]),
            "last": np.array([3]),
        },
        [1, 4 + len(COLOURS), ANCHORS],
        metadata,
    )


def save_yolox_decoded(path: Path, rows: list[list[float]]) -> None:
    """A model of YOLOX's layout with the decoder inside; rows are (cx, cy, w, h, obj, classes)."""
    output = np.zeros((1, ANCHORS, len(rows[0])), np.float32)
    # Without objects too, decoded centres spread over the input and sizes are positive.
    output[0, :, 0] = np.linspace(0, SIDE, ANCHORS)
    output[0, :, 2:4] = 8
    output[0, : len(rows)] = rows
    save_constant(path, output)


def save_yolox_colours(path: Path, box: tuple[float, float, float, float]) -> None:
    """A model of YOLOX's layout that finds `box` (cx, cy, w, h), whatever is in the picture.

    Its three scores are the means of the input's channels in its upper half, over 255.
    """
    boxes = np.zeros((1, ANCHORS, 5), np.float32)
    boxes[0, :, 0] = np.linspace(0, SIDE, ANCHORS)
    boxes[0, :, 2:4] = 8
    boxes[0, 0] = (*box, 1)
    share = np.zeros((1, ANCHORS, 1), np.float32)
    share[0, 0, 0] = 1 / 255
    save_model(
        path,
        [
            helper.make_node("Slice", ["images", "start", "end", "axes"], ["upper"]),
            helper.make_node("ReduceMean", ["upper"], ["mean"], axes=[2, 3], keepdims=0),
            helper.make_node("Unsqueeze", ["mean", "one"], ["row"]),
            helper.make_node("Mul", ["row", "share"], ["scores"]),
            helper.make_node("Concat", ["boxes", "scores"], ["output"], axis=2),
        ],
        {
            "boxes": boxes,
            "share": share,
            "start": np.array([0]),
            "end": np.array([SIDE // 2]),
            "axes": np.array([2]),
            "one": np.array([1]),
        },
        [1, ANCHORS, 5 + len(COLOURS)],
    )


def save_constant(path: Path, output: np.ndarray) -> None:
    """A model that always gives `output`."""
    save_model(
        path,
        [
            helper.make_node("ReduceMean", ["images"], ["mean"], axes=[0, 1, 2, 3], keepdims=0),
            helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
            helper.make_node("Add", ["nothing", "constant"], ["output"]),
        ],
        {"constant": output, "zero": np.array(0, np.float32)},
        list(output.shape),
    )
