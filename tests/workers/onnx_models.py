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


def save_detr(path: Path, logits: np.ndarray, boxes: np.ndarray) -> None:
    """A model that always gives these logits (1, Q, C) and boxes (1, Q, 4)."""
    _save_outputs(path, {"logits": logits, "pred_boxes": boxes})


def save_deployed(
    path: Path, labels: list[int], shares: list[list[float]], scores: list[float]
) -> None:
    """A model that gives labels, boxes and scores as RT-DETR's own export does.

    The boxes are these shares of the width and height that it is told the pictures have.
    """
    sizes = helper.make_tensor_value_info("orig_target_sizes", TensorProto.INT64, [1, 2])
    outputs: dict[str, np.ndarray] = {
        "labels": np.array([labels], np.int64),
        "shares": np.array([shares], np.float32),
        "scores": np.array([scores], np.float32),
    }
    nodes = [
        helper.make_node("Cast", ["orig_target_sizes"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Concat", ["floats", "floats"], ["twice"], axis=1),
        helper.make_node("Unsqueeze", ["twice", "one"], ["scale"]),
        helper.make_node("Mul", ["shares_kept", "scale"], ["boxes"]),
    ]
    _save_outputs(path, outputs, nodes, {"shares": "boxes"}, sizes)


def _save_outputs(
    path: Path,
    outputs: dict[str, np.ndarray],
    nodes: list[onnx.NodeProto] | None = None,
    instead: dict[str, str] | None = None,
    *more_inputs: onnx.ValueInfoProto,
) -> None:
    """Save a graph of constants; `instead` names the results that take the place of some."""
    names = {name: (instead or {}).get(name, f"{name}_kept") for name in outputs}
    graph = helper.make_graph(
        [
            *(helper.make_node("Identity", [name], [f"{name}_kept"]) for name in outputs),
            *(nodes or []),
        ],
        "detector",
        [
            helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE]),
            *more_inputs,
        ],
        [
            helper.make_tensor_value_info(
                names[name], helper.np_dtype_to_tensor_dtype(array.dtype), array.shape
            )
            for name, array in outputs.items()
        ],
        [
            numpy_helper.from_array(array, name)
            for name, array in {**outputs, "one": np.array([1])}.items()
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(path))
