"""All that it takes to go on with a training as if it had never stopped."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from workers.training.errors import TrainingError
from workers.training.events import EpochEvent
from workers.training.files import whole_file

_FILE = "checkpoint.safetensors"
_BEST_FILE = "best.safetensors"


@dataclass(slots=True)
class Progress:
    """How far a training is.

    Random numbers need no place here: they follow from the seed and the step.

    Attributes:
        step: steps done.
        best_ap: of the kept weights; None before any were kept.
        best_epoch: in which they were judged.
        history: what was reported after each epoch.
        losses: of the steps since the last epoch ended.
    """

    step: int = 0
    best_ap: float | None = None
    best_epoch: int = 0
    history: list[EpochEvent] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CheckpointFolder:
    """Where a training keeps its state.

    Attributes:
        key: of the recipe, the data and the beginning; a state of another training is refused.
    """

    folder: Path
    key: str

    def save(
        self,
        progress: Progress,
        model: nn.Module,
        average: nn.Module,
        optimizer: torch.optim.Optimizer,
    ) -> None:
        """Keep the state.

        Raises:
            TrainingError: `disk_full`; the state before is still there.
        """
        tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
        tensors |= {f"average.{name}": value for name, value in average.state_dict().items()}
        for name, parameter in model.named_parameters():
            for kind, value in optimizer.state.get(parameter, {}).items():
                tensors[f"optimizer.{kind}.{name}"] = value
        metadata = {"key": self.key, "progress": json.dumps(asdict(progress))}
        self._write(_FILE, tensors, metadata)

    def load(
        self, model: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer
    ) -> Progress:
        """Restore the state, if there is one, and return how far it is.

        Raises:
            TrainingError: `checkpoint_of_another_training` or `checkpoint_unreadable`.
        """
        path = self.folder / _FILE
        if not path.is_file():
            return Progress()
        try:
            with safe_open(path, framework="pt") as opened:
                metadata = opened.metadata() or {}
                if metadata.get("key") != self.key:
                    raise TrainingError(
                        "checkpoint_of_another_training",
                        "The folder holds the state of a training with another recipe or other "
                        "data; give another folder, or delete it.",
                    )
                tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
            progress = Progress(**json.loads(metadata["progress"]))
            model.load_state_dict(_below("model.", tensors))
            average.load_state_dict(_below("average.", tensors))
        except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise TrainingError(
                "checkpoint_unreadable", f"The state of the training cannot be read: {error}."
            ) from error
        _restore_optimizer(model, optimizer, _below("optimizer.", tensors))
        return progress

    def keep_best(self, average: nn.Module) -> None:
        """Keep these weights as the best so far.

        Raises:
            TrainingError: `disk_full`.
        """
        self._write(_BEST_FILE, dict(average.state_dict()), {"key": self.key})

    def load_best(self, average: nn.Module) -> None:
        """Restore the weights that were kept last, if any were."""
        path = self.folder / _BEST_FILE
        if path.is_file():
            with safe_open(path, framework="pt") as opened:
                average.load_state_dict({name: opened.get_tensor(name) for name in opened.keys()})  # noqa: SIM118

    def _write(self, name: str, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # Tied weights share memory, which the format does not know; each gets its own copy.
        copies = {
            key: value.detach().to("cpu", copy=True).contiguous() for key, value in tensors.items()
        }
        with whole_file(self.folder / name) as part:
            save_file(copies, part, metadata)


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name[len(prefix) :]: v for name, v in tensors.items() if name.startswith(prefix)}


def _restore_optimizer(
    model: nn.Module, optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]
) -> None:
    parameters = dict(model.named_parameters())
    for key, value in tensors.items():
        kind, _, name = key.partition(".")
        parameter = parameters[name]
        # Laid out in memory as its parameter is: a fused optimizer walks both side by side.
        like = parameter.detach() if value.shape == parameter.shape else value
        optimizer.state[parameter][kind] = torch.empty_like(
            like, dtype=value.dtype, device=parameter.device
        ).copy_(value)
