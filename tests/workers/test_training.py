"""Training itself: it learns, goes on as if it had never stopped, and fails in one sentence."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tests.workers.training_sets import LABELS, write_set
from workers.detect.registry import DetectorSpec, load_detector
from workers.media.images import read_image
from workers.training import Outcome, Recipe, TrainingError, TrainingSet, train
from workers.training import trainer as trainer_module
from workers.training.events import Event
from workers.training.model import counterparts, model_from
from workers.training.sizes import SIZES, Size

TINY = Size(
    stem=(8, 8), inner=(8, 8, 8, 8), outer=(16, 16, 32, 32), blocks=(1, 1, 1, 1), layers=1,
    is_scaled=False, levels=3, encoder_width=32, decoder_width=32, encoder_ffn=32, decoder_ffn=32,
    decoder_layers=2, expansion=0.5, depth=0.5,
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def tiny_size() -> Iterator[None]:
    """A size that trains in seconds; its layers are too small to share among threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(SIZES, "tiny", TINY)
        yield
    torch.set_num_threads(threads)


@pytest.fixture
def dataset(tmp_path: Path) -> TrainingSet:
    return TrainingSet.read(write_set(tmp_path), tmp_path)


def recipe(**fields: Any) -> Recipe:
    usual: dict[str, Any] = {
        "size": "tiny", "input_size": (96, 64), "epochs": 2, "batch_size": 4, "parts": 2,
        "queries": 12, "denoising": 10, "learning_rate": 3e-3, "warm_up_steps": 5,
        "crop_share": 0.0, "focus_share": 0.0, "colour_share": 0.0, "average_decay": 0.9,
    }  # fmt: skip
    return Recipe(**(usual | fields))


def test_a_small_set_is_learned(dataset: TrainingSet, tmp_path: Path) -> None:
    events: list[Event] = []
    wishes = recipe(
        epochs=5, steps_per_epoch=40, first_size=(64, 32), first_share=0.2, clip_norm=1.0
    )
    outcome = train(dataset, wishes, tmp_path / "out", on_event=events.append)
    assert events[0] == {"kind": "phase", "phase": "preparing", "progress": 0.0}
    epochs = [one for one in events if one["kind"] == "epoch"]
    assert [one["epoch"] for one in epochs] == [1, 2, 3, 4, 5]
    assert [one["input_size"] for one in epochs] == [[64, 32]] + [[96, 64]] * 4
    assert epochs[-1]["loss"] < 0.7 * epochs[0]["loss"]
    assert outcome.metrics is not None
    best = max(one["AP"] or 0.0 for one in epochs[1:])
    # Rounding differs from one processor to the next, and with it how fast this is learned.
    assert best > 0.15 > (epochs[0]["AP"] or 0.0)
    assert outcome.metrics["AP"] == pytest.approx(best, abs=1e-6)
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == ["model"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, TrainingSet]:
    folder = tmp_path_factory.mktemp("trained")
    dataset = TrainingSet.read(write_set(folder), folder)
    return train(dataset, recipe(), folder / "out"), dataset


def test_the_folder_is_a_detector(trained: tuple[Outcome, TrainingSet]) -> None:
    outcome, dataset = trained
    assert outcome.folder is not None
    facts = json.loads((outcome.folder / "cvd.json").read_text())
    assert facts["labels"] == {"0": "red", "1": "blue"}
    assert facts["input_size"] == [96, 64]
    assert facts["data_digest"] == dataset.check()
    assert facts["recipe"]["learning_rate"] == 3e-3
    weights = load_file(outcome.folder / "model.safetensors")
    assert {w.dtype for w in weights.values() if w.is_floating_point()} == {torch.float16}
    detector = load_detector(DetectorSpec("trained", "dfine", outcome.folder, score_threshold=0.0))
    assert detector.classes == LABELS
    [found] = detector.detect([read_image(dataset.val[0].path)])
    assert len(found) > 0


def weights_after(
    dataset: TrainingSet, folder: Path, should_stop: Callable[[], bool] = lambda: False
) -> tuple[Outcome, dict[str, torch.Tensor]]:
    outcome = train(dataset, recipe(), folder, should_stop=should_stop)
    return outcome, load_file(outcome.folder / "model.safetensors") if outcome.folder else {}


def test_a_resumed_training_ends_like_one_that_was_never_stopped(tmp_path: Path) -> None:
    # Without pictures to judge on the last weights are kept, so that every step shows in them.
    dataset = TrainingSet.read(write_set(tmp_path, val=0), tmp_path)
    whole, expected = weights_after(dataset, tmp_path / "whole")
    assert (whole.state, whole.metrics) == ("completed", None)
    asked = iter(range(100))
    # Asked once for each of 8 pictures and each of 4 steps.
    outcome, _ = weights_after(dataset, tmp_path / "a", lambda: next(asked) >= 8 + 2)
    assert (outcome.state, outcome.folder) == ("cancelled", None)
    assert [one.name for one in (tmp_path / "a").iterdir()] == ["checkpoint"]
    _, weights = weights_after(dataset, tmp_path / "a")
    for name, value in expected.items():
        torch.testing.assert_close(weights[name], value, atol=0, rtol=0)


def test_where_nothing_is_labelled_nothing_is_judged(tmp_path: Path) -> None:
    path = write_set(tmp_path)
    labels = json.loads(path.read_text())
    labels["annotations"] = [one for one in labels["annotations"] if one["image_id"] < 8]
    path.write_text(json.dumps(labels))
    dataset = TrainingSet.read(path, tmp_path)
    events: list[Event] = []
    outcome = train(dataset, recipe(), tmp_path / "out", on_event=events.append)
    epochs = [one for one in events if one["kind"] == "epoch"]
    assert [(one["AP"], one["is_best"]) for one in epochs] == [(None, True)] * 2  # the last is kept
    assert outcome.metrics is None
    with pytest.raises(TrainingError, match="boxes to judge on"):
        train(dataset, recipe(patience=3), tmp_path / "other")


def test_a_checkpoint_of_another_training_is_refused(dataset: TrainingSet, tmp_path: Path) -> None:
    steps = iter(range(100))
    weights_after(dataset, tmp_path / "a", lambda: next(steps) >= 13)
    with pytest.raises(TrainingError, match="another recipe") as caught:
        train(dataset, recipe(seed=2), tmp_path / "a")
    assert caught.value.code == "checkpoint_of_another_training"


def test_training_goes_on_from_a_folder_with_other_classes(
    trained: tuple[Outcome, TrainingSet], tmp_path: Path
) -> None:
    path = write_set(tmp_path)
    dataset = TrainingSet.read(path, tmp_path, labels=["blue"])
    base = trained[0].folder
    outcome = train(dataset, recipe(epochs=1, steps_per_epoch=1), tmp_path / "out", base=base)
    assert outcome.folder is not None
    facts = json.loads((outcome.folder / "cvd.json").read_text())
    assert facts["labels"] == {"0": "blue"}
    with pytest.raises(TrainingError, match="config") as caught:
        train(dataset, recipe(), tmp_path / "other", base=tmp_path)
    assert caught.value.code == "base_unusable"


def test_a_class_that_the_base_knows_is_told_by_what_it_learned(
    trained: tuple[Outcome, TrainingSet],
) -> None:
    base = trained[0].folder
    assert base is not None
    known, new = (model_from(base, labels, recipe()) for labels in (LABELS, ("green", "blue")))
    old_blue, new_green, new_blue = LABELS.index("blue"), 0, 1
    pairs = [
        (known.model.enc_score_head, new.model.enc_score_head),
        (known.model.denoising_class_embed, new.model.denoising_class_embed),
        *zip(known.model.decoder.class_embed, new.model.decoder.class_embed, strict=True),
    ]
    for before, after in pairs:
        assert torch.equal(after.weight[new_blue], before.weight[old_blue])
        assert not any(torch.equal(after.weight[new_green], row) for row in before.weight)
    assert new.config.id2label == {0: "green", 1: "blue"}


def test_a_person_is_a_worker_to_the_base_too() -> None:
    coco = ["person", "bicycle", "boat"]
    assert counterparts(["boat", "worker", "vest"], coco) == {0: 2, 1: 0}
    assert counterparts(["worker"], ["person", "worker"]) == {0: 1}


def test_a_loss_that_is_not_a_number_ends_it(
    dataset: TrainingSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer_module, "rate_factor", lambda *_: 1e30)
    with pytest.raises(TrainingError, match="learning rate") as caught:
        train(dataset, recipe(), tmp_path / "out")
    assert caught.value.code == "loss_not_finite"
    assert not (tmp_path / "out" / "model").exists()


def test_a_full_disk_is_named_and_leaves_no_half_model(
    dataset: TrainingSet, tmp_path: Path
) -> None:
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from tests.workers.test_training import SIZES, TINY, recipe\n"
        "from workers.training import TrainingError, TrainingSet, train\n"
        "SIZES['tiny'] = TINY\n"
        "folder = Path(sys.argv[1])\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try:\n"
        "    train(TrainingSet.read(folder / 'labels.json', folder), recipe(), folder / 'out')\n"
        "except TrainingError as error:\n"
        "    print(error.code)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["disk_full"]
    assert [one for one in tmp_path.glob("out/**/*") if one.is_file()] == []


def test_stopping_early_needs_something_to_judge_on(tmp_path: Path) -> None:
    dataset = TrainingSet.read(write_set(tmp_path, val=0), tmp_path)
    with pytest.raises(TrainingError, match="judge on"):
        train(dataset, recipe(patience=1), tmp_path / "out")


def test_it_stops_when_it_gets_no_better(
    dataset: TrainingSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        trainer_module, "metrics_of", lambda *_: {"AP": 0.5, "AP50": 0.5, "per_class": {}}
    )
    outcome = train(dataset, recipe(epochs=9, patience=2, steps_per_epoch=1), tmp_path / "out")
    assert outcome.epochs == 3


def test_the_command_trains_and_puts_its_state_away_when_it_is_ended(tmp_path: Path) -> None:
    coco = write_set(tmp_path, train=2, val=2)
    command = [
        sys.executable, "-m", "workers", "train", "--data", str(coco), "--images", str(tmp_path),
        "--out", str(tmp_path / "out"), "--input-size", "64x32", "--batch-size", "2",
        "--epochs", "500", "--events",
    ]  # fmt: skip
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
    ) as child:
        assert child.stderr is not None
        for line in child.stderr:
            word, _, data = line.partition(" ")
            if word == "event" and json.loads(data)["kind"] == "epoch":
                child.send_signal(signal.SIGTERM)
                break
        rest = child.stderr.read()
        assert child.wait(120) == 130, rest
    assert (tmp_path / "out" / "checkpoint" / "checkpoint.safetensors").is_file()
    assert not (tmp_path / "out" / "model").exists()
