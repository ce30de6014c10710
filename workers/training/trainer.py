"""The training itself."""

import hashlib
import json
import logging
import math
import shutil
import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from torch import nn

from workers.detect.spec import DEFAULT_SCORE_THRESHOLD
from workers.device import cpu_count, torch_device
from workers.training.batches import Batch, batches, input_size_at
from workers.training.checkpoint import CheckpointFolder, Progress
from workers.training.clock import Clock
from workers.training.data import TrainingSet
from workers.training.errors import TrainingError
from workers.training.events import EpochEvent, OnEvent, Phase
from workers.training.judging import metrics_of, predict
from workers.training.model import (
    average_decay,
    make_optimizer,
    model_from,
    new_model,
    placed,
    rate_factor,
    set_rates,
    update_average,
)
from workers.training.recipe import Recipe
from workers.training.run import Outcome, Provenance
from workers.training.saving import Card, save_detector
from workers.training.threshold import recommended_threshold

logger = logging.getLogger(__name__)

_MAX_THREADS = 8
_SAVE_EVERY_S = 120.0
_EVENT_EVERY_S = 0.5


class _Stopped(Exception):
    """Somebody asked to stop."""


class Trainer:
    """One training; see `workers.training.run.train` for the arguments."""

    def __init__(
        self,
        dataset: TrainingSet,
        recipe: Recipe,
        folder: Path,
        base: Path | None,
        provenance: Provenance,
        on_event: OnEvent,
        should_stop: Callable[[], bool],
    ) -> None:
        # Where nothing is labelled there is nothing to judge by.
        self.judged_on = dataset.val if any(len(one.labels) for one in dataset.val) else []
        if recipe.patience is not None and not self.judged_on:
            raise TrainingError(
                "recipe_invalid",
                "Stopping early needs pictures with boxes to judge on; there are none.",
            )
        self.dataset, self.recipe, self.folder = dataset, recipe, folder
        self.base, self.provenance = base, provenance
        self.on_event, self.should_stop = on_event, should_stop
        self.epoch_steps = recipe.steps_per_epoch or math.ceil(
            len(dataset.train) / recipe.batch_size
        )
        self.steps = recipe.epochs * self.epoch_steps
        self.clock = Clock(recipe, self.steps, bool(self.judged_on))
        self.device = torch.device(torch_device())
        self._told_at = self._saved_at = time.monotonic()

    def run(self) -> Outcome:
        """Train until the end, or until asked to stop."""
        self.progress = Progress()
        try:
            self._prepare()
            self._train()
            return self._finish()
        except _Stopped:
            return Outcome("cancelled", None, len(self.progress.history), None)
        except torch.cuda.OutOfMemoryError as error:
            width, height = self.recipe.input_size
            raise TrainingError(
                "out_of_memory",
                f"The GPU has too little memory for {self.recipe.batch_size} pictures of "
                f"{width}x{height} in {self.recipe.parts} parts: take more parts, fewer or "
                "smaller pictures, or a smaller size.",
            ) from error

    def _prepare(self) -> None:
        def tell(share: float) -> None:
            self._check_stop()
            if time.monotonic() - self._told_at >= _EVENT_EVERY_S:
                self._tell_phase("preparing", share)

        self._tell_phase("preparing")
        self.data_digest = self.dataset.check(tell)
        torch.manual_seed(self.recipe.seed)
        labels = self.dataset.labels
        recipe = self.recipe
        built = model_from(self.base, labels, recipe) if self.base else new_model(labels, recipe)
        self.model = placed(built, self.device)
        self.average = deepcopy(self.model).eval().requires_grad_(False)
        self.optimizer = make_optimizer(self.model, self.recipe)
        self.checkpoint = CheckpointFolder(self.folder / "checkpoint", self._key())
        self.progress = self.checkpoint.load(self.model, self.average, self.optimizer)
        if self.progress.step:
            logger.info("going on after step %d of %d", self.progress.step, self.steps)

    def _train(self) -> None:
        self._tell_phase("training")
        self.model.train()
        self._saved_at = time.monotonic()
        # On a CPU the steps themselves need the cores.
        threads = min(_MAX_THREADS, cpu_count()) if self.device.type == "cuda" else 1
        coming = batches(self.progress.step, self.steps, self.dataset.train, self.recipe, threads)
        try:
            while self.progress.step < self.steps and not self._is_patience_over():
                if self.should_stop():
                    self._save()
                    raise _Stopped
                started = time.monotonic()
                loss = self._step(next(coming))
                self.clock.step_took(self.progress.step, time.monotonic() - started)
                self.progress.step += 1
                self.progress.losses.append(loss)
                self._tell_step(loss)
                if self.progress.step % self.epoch_steps == 0:
                    self._end_epoch()
                elif time.monotonic() - self._saved_at >= _SAVE_EVERY_S:
                    self._save()
        finally:
            coming.close()

    def _step(self, parts: list[Batch]) -> float:
        """Learn from one batch and return its loss."""
        step, recipe = self.progress.step, self.recipe
        factor = rate_factor(step, self.steps, recipe)
        set_rates(self.optimizer, factor)
        total = 0.0
        for number, part in enumerate(parts):
            # The noisy boxes are drawn anew in each step; a seed for each makes steps repeatable.
            torch.manual_seed((recipe.seed * 1_000_003 + step) * recipe.parts + number)
            loss = self._loss(part.to(self.device)) / len(parts)
            total += float(loss.detach())
            self._check_finite(total)
            loss.backward()
        length = nn.utils.clip_grad_norm_(self.model.parameters(), recipe.clip_norm)
        self._check_finite(float(length))
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        update_average(self.average, self.model, average_decay(step, recipe.average_decay))
        return total

    def _loss(self, batch: Batch) -> torch.Tensor:
        try:
            with self._reduced_precision():
                loss: torch.Tensor = self.model(
                    pixel_values=batch.images, labels=batch.targets
                ).loss
        except ValueError as error:
            # The library refuses boxes that are not numbers, before there is a loss.
            self._check_finite(math.nan if "nan" in str(error) else 0.0)
            raise
        return loss

    def _end_epoch(self) -> None:
        """Judge the average, keep it if it is the best, and save everything."""
        progress = self.progress
        epoch = progress.step // self.epoch_steps
        size = input_size_at(progress.step - 1, self.steps, self.recipe)
        metrics = self._judge(size)
        ap = metrics["AP"] if metrics else None
        # Figures of a smaller input are not comparable with those of the final one.
        is_final_size = size == self.recipe.input_size
        is_best = is_final_size and (
            ap is None or progress.best_ap is None or ap > progress.best_ap
        )
        if is_best:
            progress.best_ap, progress.best_epoch = ap, epoch
            self.checkpoint.keep_best(self.average)
        event: EpochEvent = {
            "kind": "epoch",
            "epoch": epoch,
            "epochs": self.recipe.epochs,
            "step": progress.step,
            "loss": sum(progress.losses) / len(progress.losses),
            "AP": ap,
            "AP50": metrics["AP50"] if metrics else None,
            "per_class": metrics["per_class"] if metrics else {},
            "input_size": list(size),
            "is_best": is_best,
            "progress": progress.step / self.steps,
            "seconds_left": self._seconds_left(),
        }
        progress.history.append(event)
        progress.losses.clear()
        self._save()
        self.on_event(event)
        if progress.step < self.steps:
            self._tell_phase("training")

    def _judge(self, size: tuple[int, int]) -> dict[str, Any] | None:
        if not self.judged_on:
            return None
        started = time.monotonic()
        results = self._predict(size)
        self.clock.judging_took(time.monotonic() - started)
        return metrics_of(results, self.judged_on, self.dataset.labels)

    def _predict(self, size: tuple[int, int]) -> list[dict[str, Any]]:
        """Find objects in the pictures to judge on, with the average."""
        self._tell_phase("evaluating")
        batch_size = self.recipe.batch_size // self.recipe.parts
        results = predict(self.average, self.judged_on, size, batch_size, self._check_stop)
        self._check_finite(sum(one["score"] + sum(one["bbox"]) for one in results))
        return results

    def _finish(self) -> Outcome:
        """Write the folder of the detector and take the checkpoint away."""
        self.checkpoint.load_best(self.average)
        metrics, threshold = None, DEFAULT_SCORE_THRESHOLD
        if self.judged_on:
            results = self._predict(self.recipe.input_size)
            metrics = metrics_of(results, self.judged_on, self.dataset.labels)
            threshold = recommended_threshold(results, self.judged_on)
        self._tell_phase("saving")
        card = Card(
            input_size=self.recipe.input_size,
            labels=self.dataset.labels,
            score_threshold=threshold,
            origin=self.provenance.origin,
            licence=self.provenance.licence,
            metrics=metrics or {},
            recipe=self.recipe.to_json(),
            data_digest=self.data_digest,
        )
        log = {
            "data_digest": self.data_digest,
            "pictures": {"train": len(self.dataset.train), "val": len(self.dataset.val)},
            "base": self._base_digest(),
            "best_epoch": self.progress.best_epoch,
            "history": self.progress.history,
            "torch": torch.__version__,
        }
        target = self.folder / "model"
        save_detector(target, self.average, card, log)
        shutil.rmtree(self.checkpoint.folder, ignore_errors=True)
        return Outcome("completed", target, len(self.progress.history), metrics)

    def _key(self) -> str:
        """What has to be the same for a training to be gone on with."""
        parts = [self.recipe.to_json(), self.data_digest, self._base_digest()]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def _base_digest(self) -> str:
        if self.base is None:
            return ""
        return hashlib.sha256((self.base / "model.safetensors").read_bytes()).hexdigest()

    def _save(self) -> None:
        self.checkpoint.save(self.progress, self.model, self.average, self.optimizer)
        self._saved_at = time.monotonic()

    def _is_patience_over(self) -> bool:
        patience, best = self.recipe.patience, self.progress.best_epoch
        is_over = patience and best and len(self.progress.history) - best >= patience
        return bool(is_over) and self.progress.step % self.epoch_steps == 0

    def _check_stop(self) -> None:
        if self.should_stop():
            raise _Stopped

    def _check_finite(self, value: float) -> None:
        if not math.isfinite(value):
            raise TrainingError(
                "loss_not_finite",
                f"The loss is no number any more after {self.progress.step} steps; a learning rate "
                f"below {self.recipe.learning_rate:g} may help. The detector was not kept.",
            )

    def _reduced_precision(self) -> torch.autocast:
        # bfloat16 needs no scaling of the loss; older cards without it compute in float32.
        is_on = self.device.type == "cuda" and torch.cuda.is_bf16_supported()
        return torch.autocast(self.device.type, torch.bfloat16, enabled=is_on)

    def _tell_phase(self, phase: Phase, progress: float | None = None) -> None:
        self._told_at = time.monotonic()
        done = self.progress.step / self.steps if progress is None else progress
        self.on_event({"kind": "phase", "phase": phase, "progress": done})

    def _tell_step(self, loss: float) -> None:
        if time.monotonic() - self._told_at < _EVENT_EVERY_S:
            return
        self._told_at = time.monotonic()
        step = self.progress.step
        self.on_event(
            {
                "kind": "step",
                "epoch": (step - 1) // self.epoch_steps + 1,
                "step": step,
                "steps": self.steps,
                "loss": loss,
                "learning_rate": float(self.optimizer.param_groups[-1]["lr"]),
                "progress": step / self.steps,
                "seconds_left": self._seconds_left(),
            }
        )

    def _seconds_left(self) -> float:
        done = self.progress.step // self.epoch_steps
        return self.clock.seconds_left(self.progress.step, self.recipe.epochs - done)
