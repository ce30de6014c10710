"""A detector's folder as Hugging Face's library writes it: what it says about itself.

It has `config.json` and `model.safetensors`; `cvd.json` beside them, where there is one, says what
the trainer knows: `{"input_size": [width, height], "labels": {"0": "worker"}, "score_threshold":
0.5}`. Nothing here reads weights, and nothing anywhere reads pickles or runs code from a folder.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from workers.errors import DetectorError

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
OUR_FACTS = "cvd.json"
PREPROCESSOR = "preprocessor_config.json"

_DECIDING = (CONFIG, WEIGHTS, OUR_FACTS, PREPROCESSOR)
# Formats that run code when they are read.
PICKLES = frozenset({".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".th", ".joblib", ".npy"})
_DEFAULT_SIDE = 640
_SIDES = range(32, 4097)
_MAX_JSON_BYTES = 4 * 2**20
_IMAGENET_MEAN, _IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

Channels = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """What a folder says.

    Attributes:
        path: the folder.
        digest: SHA-256 in hex of the files that decide what the detector finds.
        labels: the classes in the order of the model's outputs.
        input_size: width and height in pixels that pictures are stretched to.
        mean: what is taken from red, green and blue, which go from 0 to 1.
        std: what they are then divided by.
        score_threshold: the one that the trainer suggests, or None.
        licence: as the trainer names it, or empty.
        origin: where the model comes from, or empty.
    """

    path: Path
    digest: str
    labels: tuple[str, ...]
    input_size: tuple[int, int]
    mean: Channels = (0.0, 0.0, 0.0)
    std: Channels = (1.0, 1.0, 1.0)
    score_threshold: float | None = None
    licence: str = ""
    origin: str = ""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what the folder says.

        Raises:
            DetectorError: `detector_not_loadable`, `detector_weights_unsafe` where the weights
                are in a format that can run code, or `detector_needs_code` where the model is
                defined by code of its own.
        """
        _check_files(path)
        config = _read_json(path / CONFIG)
        if "auto_map" in config:
            raise DetectorError(
                "detector_needs_code",
                f"{path.name} brings code of its own (auto_map in {CONFIG}), which is never run.",
            )
        ours = _read_json(path / OUR_FACTS) if (path / OUR_FACTS).is_file() else {}
        theirs = _read_json(path / PREPROCESSOR) if (path / PREPROCESSOR).is_file() else {}
        try:
            mean, std = _normalisation({} if ours else theirs)
            return cls(
                path=path,
                digest=_digest(path),
                labels=_labels(ours.get("labels") or config.get("id2label")),
                input_size=_input_size(ours, theirs),
                mean=mean,
                std=std,
                score_threshold=_threshold(ours.get("score_threshold")),
                licence=str(ours.get("licence", "")),
                origin=str(ours.get("origin", "")),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise DetectorError(
                "detector_not_loadable", f"The settings in {path.name} cannot be used: {error}."
            ) from error


def _check_files(path: Path) -> None:
    if path.suffix.lower() in PICKLES:
        raise _unsafe(path.name)
    if not path.is_dir():
        raise DetectorError("detector_not_loadable", f"{path.name} is not a folder.")
    if not (path / WEIGHTS).is_file():
        pickles = sorted(file.name for file in path.iterdir() if file.suffix.lower() in PICKLES)
        if pickles:
            raise _unsafe(pickles[0])
        raise DetectorError("detector_not_loadable", f"{path.name} has no {WEIGHTS}.")


def _unsafe(name: str) -> DetectorError:
    return DetectorError(
        "detector_weights_unsafe",
        f"{name} is of a format that can run code when it is read; only {WEIGHTS} is taken.",
    )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MAX_JSON_BYTES:
            raise ValueError("it is too large")
        content = json.loads(path.read_text("utf-8"))
        if not isinstance(content, dict):
            raise ValueError("it is no object")
    except (OSError, ValueError, RecursionError) as error:
        raise DetectorError(
            "detector_not_loadable", f"{path.name} cannot be read: {error}."
        ) from error
    return content


def _digest(path: Path) -> str:
    """Return one digest for the names and bytes of all files that matter."""
    whole = hashlib.sha256()
    for name in _DECIDING:
        if (path / name).is_file():
            with open(path / name, "rb") as file:
                whole.update(f"{name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()


def _labels(named: Any) -> tuple[str, ...]:
    if isinstance(named, dict):
        by_number = {int(number): name for number, name in named.items()}
        named = [by_number.get(number) for number in range(len(by_number))]
    if not isinstance(named, list) or not named:
        raise ValueError("it names no classes")
    if not all(isinstance(name, str) and name for name in named):
        raise ValueError("its classes are not named from 0 on without a gap")
    return tuple(named)


def _input_size(ours: dict[str, Any], theirs: dict[str, Any]) -> tuple[int, int]:
    """Return width and height. A model that takes any size gets a square of its shorter side."""
    size: Any = theirs.get("size", _DEFAULT_SIDE)
    if "input_size" in ours:
        width, height = ours["input_size"]
    elif isinstance(size, dict):
        width = size.get("width", size.get("shortest_edge", _DEFAULT_SIDE))
        height = size.get("height", size.get("shortest_edge", _DEFAULT_SIDE))
    else:
        width = height = size
    if not all(isinstance(side, int) and side in _SIDES for side in (width, height)):
        raise ValueError(
            f"an input of {width}x{height} is not between {_SIDES[0]} and {_SIDES[-1]} pixels"
        )
    return width, height


def _normalisation(theirs: dict[str, Any]) -> tuple[Channels, Channels]:
    if not theirs.get("do_normalize", False):
        return (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    mean = _channels(theirs.get("image_mean", _IMAGENET_MEAN))
    std = _channels(theirs.get("image_std", _IMAGENET_STD))
    if min(std) <= 0:
        raise ValueError("its image_std is not positive")
    return mean, std


def _channels(values: Any) -> Channels:
    red, green, blue = (float(value) for value in values)
    return red, green, blue


def _threshold(value: Any) -> float | None:
    if value is None:
        return None
    threshold = float(value)
    if not 0 <= threshold < 1:
        raise ValueError(f"a score threshold of {threshold} is not from 0 to 1")
    return threshold
