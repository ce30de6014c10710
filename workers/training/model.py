"""The network to train: new, or from a folder; its learning rates and its running average."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from workers.detect.torch_model import silence_transformers
from workers.labels import known_as
from workers.training.errors import TrainingError
from workers.training.recipe import Recipe
from workers.training.sizes import build_config

if TYPE_CHECKING:
    from transformers import DFineConfig, DFineForObjectDetection

_BACKBONE_FACTOR = 0.5


def new_model(labels: Sequence[str], recipe: Recipe) -> "DFineForObjectDetection":
    """Return an untrained D-FINE of the recipe's size."""
    from transformers import DFineForObjectDetection

    config = build_config(recipe.size, labels, queries=recipe.queries, denoising=recipe.denoising)
    config.num_queries = _possible_queries(config.num_queries, config, recipe)
    return DFineForObjectDetection(config)


def model_from(folder: Path, labels: Sequence[str], recipe: Recipe) -> "DFineForObjectDetection":
    """Load a D-FINE to go on with.

    A class that it knows, under the same name or as the other word for a person, is still told by
    what it learned; the others begin anew.

    Args:
        folder: with `config.json` and `model.safetensors`; nothing is ever unpickled.

    Raises:
        TrainingError: `base_unusable`, and why.
    """
    if not all((folder / name).is_file() for name in ("config.json", "model.safetensors")):
        raise TrainingError(
            "base_unusable", f"{folder.name} lacks config.json or model.safetensors."
        )
    try:
        config = _read_config(folder)
        known = list((config.id2label or {}).values())
        config.id2label = dict(enumerate(labels))
        config.label2id = {label: number for number, label in enumerate(labels)}
        config.num_queries = _possible_queries(recipe.queries or config.num_queries, config, recipe)
        model = _load(folder, config)
        if known != list(labels):
            _forget_classes(model)
            _take_over(_load(folder, _read_config(folder)), model, counterparts(labels, known))
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise TrainingError(
            "base_unusable", f"{folder.name} cannot be trained on from: {error}."
        ) from error
    return model


def counterparts(labels: Sequence[str], known: Sequence[str]) -> dict[int, int]:
    """Return which of the known classes each class is, by their numbers; new ones are left out."""
    names = ((number, known_as(label, known)) for number, label in enumerate(labels))
    return {number: known.index(name) for number, name in names if name is not None}


def _read_config(folder: Path) -> "DFineConfig":
    from transformers import DFineConfig

    config = DFineConfig.from_pretrained(folder, local_files_only=True)
    if config.model_type != "d_fine":
        raise ValueError(f"it is a {config.model_type}, only D-FINE can be trained")
    return config


def _load(folder: Path, config: "DFineConfig") -> "DFineForObjectDetection":
    from transformers import DFineForObjectDetection

    silence_transformers()
    return DFineForObjectDetection.from_pretrained(
        folder,
        config=config,
        dtype=torch.float32,
        local_files_only=True,
        use_safetensors=True,
        ignore_mismatched_sizes=True,
    )


def placed(model: nn.Module, device: torch.device) -> nn.Module:
    """Return the model on a device, with channels last, which is faster on every device."""
    model.to(device)
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return model


def _possible_queries(wanted: int, config: "DFineConfig", recipe: Recipe) -> int:
    """Return at most as many queries as there are places, of which a small input has few."""
    width, height = min(recipe.input_size, recipe.first_size or recipe.input_size)
    places = sum((width // stride) * (height // stride) for stride in config.feat_strides)
    return min(wanted, places)


def _class_layers(model: Any) -> list[Any]:
    """Return what has a row for each class."""
    layers = [*model.model.decoder.class_embed, model.model.enc_score_head]
    if hasattr(model.model, "denoising_class_embed"):
        layers.append(model.model.denoising_class_embed)
    return layers


def _forget_classes(model: Any) -> None:
    """Begin anew what tells classes apart."""
    prior = -math.log(len(model.config.id2label))  # all classes are equally likely, and so is none
    for layer in _class_layers(model):
        nn.init.xavier_uniform_(layer.weight)
        if isinstance(layer, nn.Linear):
            nn.init.constant_(layer.bias, prior)


@torch.no_grad()
def _take_over(base: Any, model: Any, classes: dict[int, int]) -> None:
    """Copy what tells these classes from all else; keys are numbers in `model`."""
    for target, source in zip(_class_layers(model), _class_layers(base), strict=True):
        for mine, theirs in classes.items():
            target.weight[mine] = source.weight[theirs]
            if isinstance(target, nn.Linear):
                target.bias[mine] = source.bias[theirs]


def make_optimizer(model: nn.Module, recipe: Recipe) -> torch.optim.AdamW:
    """Return AdamW with a lower rate for the backbone and no decay of biases and norms."""
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            key = ("backbone" in name, parameter.ndim < 2)
            groups.setdefault(key, []).append(parameter)
    return torch.optim.AdamW(
        [
            {
                "params": parameters,
                "base_rate": recipe.learning_rate * (_BACKBONE_FACTOR if is_backbone else 1.0),
                "weight_decay": 0.0 if is_vector else recipe.weight_decay,
            }
            for (is_backbone, is_vector), parameters in sorted(groups.items())
        ],
        lr=recipe.learning_rate,
        fused=True,
    )


def rate_factor(step: int, steps: int, recipe: Recipe) -> float:
    """Return the learning rate of a step against the highest: warm up, flat, cosine."""
    warm = min(1.0, (step + 1) / recipe.warm_up_steps) if recipe.warm_up_steps else 1.0
    share = step / steps
    if share < recipe.flat_share:
        return warm
    angle = math.pi * (share - recipe.flat_share) / (1.0 - recipe.flat_share)
    return warm * (recipe.final_factor + (1 - recipe.final_factor) * (1 + math.cos(angle)) / 2)


def set_rates(optimizer: torch.optim.Optimizer, factor: float) -> None:
    """Set the learning rate of each group."""
    for group in optimizer.param_groups:
        group["lr"] = group["base_rate"] * factor


@torch.no_grad()
def update_average(average: nn.Module, model: nn.Module, decay: float) -> None:
    """Move a running average of all weights and statistics towards the model."""
    targets, sources = average.state_dict(), model.state_dict()
    moving = [name for name, value in targets.items() if value.is_floating_point()]
    torch._foreach_lerp_(
        [targets[name] for name in moving], [sources[name] for name in moving], 1.0 - decay
    )
    for name, value in targets.items():
        if not value.is_floating_point():
            value.copy_(sources[name])


def average_decay(step: int, decay: float) -> float:
    """Return the decay in a step: less in the beginning, when old weights are worth little."""
    return decay * (1.0 - math.exp(-(step + 1) * (1.0 - decay) / 0.4))


def parameters_of(model: nn.Module) -> dict[str, Tensor]:
    """Return the trained parameters by name."""
    return {name: value for name, value in model.named_parameters() if value.requires_grad}
