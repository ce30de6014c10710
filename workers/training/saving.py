"""The folder of a trained detector."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from workers.training.files import whole_folder, write_json

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Card:
    """What a detector's folder says about it, in `cvd.json`.

    Attributes:
        input_size: width and height that pictures are stretched to.
        labels: in the order of the outputs.
        score_threshold: the recommended one.
        origin: what it was trained on, in words.
        licence: of the weights.
        metrics: on the pictures that it was judged on; empty if there were none.
        recipe: how it was trained.
        data_digest: SHA-256 in hex of the data.
    """

    input_size: tuple[int, int]
    labels: tuple[str, ...]
    score_threshold: float
    origin: str
    licence: str
    metrics: Mapping[str, Any]
    recipe: Mapping[str, Any]
    data_digest: str

    def to_json(self) -> Json:
        """Return the contents of `cvd.json`."""
        return {
            "input_size": list(self.input_size),
            "labels": {str(number): label for number, label in enumerate(self.labels)},
            "score_threshold": self.score_threshold,
            "origin": self.origin,
            "licence": self.licence,
            "metrics": dict(self.metrics),
            "recipe": dict(self.recipe),
            "data_digest": self.data_digest,
        }


def save_detector(folder: Path, model: nn.Module, card: Card, log: Json) -> None:
    """Write `config.json`, `model.safetensors` in half precision, `cvd.json` and `recipe.json`.

    Args:
        folder: appears when it is complete.
        log: what `recipe.json` says beyond the recipe.

    Raises:
        TrainingError: `disk_full`.
    """
    with whole_folder(folder) as part:
        config: Any = model.config
        config.save_pretrained(part)
        weights = part / "model.safetensors"
        save_file(half_weights(model), weights, {"format": "pt"})
        weights.chmod(0o644)  # the library leaves it to its owner alone
        write_json(part / "cvd.json", card.to_json())
        write_json(part / "recipe.json", {"recipe": dict(card.recipe), **log})


def half_weights(model: nn.Module) -> dict[str, Tensor]:
    """Return the weights in half precision, those in full that do not fit into it."""
    return {name: _half(value) for name, value in unshared_state(model).items()}


def unshared_state(model: nn.Module) -> dict[str, Tensor]:
    """Return the state with each tied tensor under one of its names, as the library expects."""
    seen: dict[int, str] = {}
    state = {}
    for name, value in model.state_dict().items():
        if seen.setdefault(value.data_ptr(), name) == name or value.numel() == 0:
            state[name] = value
    return state


def _half(value: Tensor) -> Tensor:
    plain = value.detach().to("cpu", copy=True).contiguous()
    if not plain.is_floating_point():
        return plain
    half = plain.to(torch.float16)
    return half if torch.isfinite(half).all() else plain
