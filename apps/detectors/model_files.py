"""What a model may consist of, told from names and first bytes: nothing is loaded here."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apps.common.errors import Invalid

FOLDER_KIND = "dfine"
CLASSES_FILE = "classes.txt"
FACTS_FILE = "cvd.json"
FACTS_MAX_BYTES = 2**20
WEIGHTS = frozenset({".onnx", ".safetensors"})
# Formats that run code when they are read, or that nothing here reads.
UNSAFE = frozenset(
    {".bin", ".ckpt", ".h5", ".joblib", ".keras", ".npy", ".npz", ".pb", ".pickle", ".pkl"}
    | {".pt", ".pth", ".py", ".so", ".tar"}
)


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a folder says of its model in `cvd.json`; all of it may be missing."""

    score_threshold: float | None = None
    input_size: tuple[int, int] | None = None
    origin: str = ""
    licence: str = ""
    version: str = ""
    metrics: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Where a model is and of which kind, as far as its files tell."""

    path: Path
    kind: str
    classes_file: Path | None = None
    facts: ModelFacts = field(default_factory=ModelFacts)


def model_files_find(path: Path, *, kind: str = "", name: str = "") -> ModelFiles:
    """The model in a file, or in a folder with one ONNX file or with config and safetensors.

    `name` stands for the name of a file that has got another one meanwhile.

    Raises Invalid `detector_file_unsafe`, `detector_files_unknown` or `detector_facts_unreadable`.
    """
    if path.is_file():
        suffix = Path(name or path.name).suffix.lower()
        _refuse_unsafe(suffix, name or path.name)
        return ModelFiles(path=path, kind=kind or suffix.lstrip("."))
    files = {file.name: file for file in sorted(path.rglob("*")) if file.is_file()}
    for file in files.values():
        _refuse_unsafe(file.suffix.lower(), file.name)
    facts = _facts_read(path / FACTS_FILE)
    classes = path / CLASSES_FILE
    weights = [file for file in files.values() if file.suffix.lower() in WEIGHTS]
    if (path / "config.json").is_file() and (path / "model.safetensors").is_file():
        return ModelFiles(path=path, kind=kind or FOLDER_KIND, facts=facts)
    if len(weights) == 1 and weights[0].suffix.lower() == ".onnx":
        return ModelFiles(
            path=weights[0],
            kind=kind or "onnx",
            classes_file=classes if classes.is_file() else None,
            facts=facts,
        )
    raise Invalid(
        "A model's folder holds config.json with model.safetensors, or one ONNX file.",
        code="detector_files_unknown",
    )


def _refuse_unsafe(suffix: str, name: str) -> None:
    if suffix in UNSAFE:
        raise Invalid(
            f"{name[:100]} is of a kind that could run code when it is read; only ONNX and "
            "safetensors are taken.",
            code="detector_file_unsafe",
        )


def _facts_read(file: Path) -> ModelFacts:
    if not file.is_file():
        return ModelFacts()
    try:
        if file.stat().st_size > FACTS_MAX_BYTES:
            raise ValueError("it is too large")
        said = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(said, dict):
            raise ValueError("it holds no object")
        threshold = said.get("score_threshold")
        size = said.get("input_size")
        metrics = said.get("metrics")
        return ModelFacts(
            score_threshold=min(max(float(threshold), 0.0), 0.99) if threshold else None,
            input_size=(int(size[0]), int(size[1])) if size else None,
            origin=str(said.get("origin", ""))[:500],
            licence=str(said.get("licence", ""))[:200],
            version=str(said.get("version", ""))[:40],
            metrics=metrics if isinstance(metrics, dict) else {},
        )
    except (OSError, ValueError, TypeError, LookupError, RecursionError) as error:
        raise Invalid(
            f"{FACTS_FILE} cannot be read: {error}.", code="detector_facts_unreadable"
        ) from error
