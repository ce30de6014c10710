"""Commands by which the web stack tries what came from outside, in a process that may be lost.

`trial` loads a detector and uses it once; `labelled` reads every picture of an evaluation set.
"""

import argparse
import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_parsers(commands: "_SubParsersAction[Any]") -> None:
    """Add the commands and their options."""
    one = commands.add_parser("trial", help="try a detector and print its facts as JSON")
    one.add_argument("path", type=Path, help="its file or folder")
    one.add_argument("--kind", required=True)
    one.add_argument("--name", default="detector")
    one.add_argument("--classes", type=Path, help="file with one class name per line")
    many = commands.add_parser("labelled", help="check labelled pictures, print their facts")
    many.add_argument("folder", type=Path, help="with one COCO JSON file and its pictures")
    many.add_argument(
        "--label-map", type=_label_map, default={}, help="other names for labels, as JSON"
    )


def trial(options: Namespace) -> None:
    """Print `{"kind", "digest", "classes", "backend", "input_size", ...}`."""
    from workers.detect.registry import trial_run
    from workers.detect.spec import DetectorSpec, read_class_names

    classes = None if options.classes is None else read_class_names(options.classes)
    spec = DetectorSpec(options.name, options.kind, options.path, classes)
    print(json.dumps(trial_run(spec), ensure_ascii=False))


def labelled(options: Namespace) -> None:
    """Print `{"digest", "images", "boxes", "classes"}`; progress on stderr."""
    from workers.evaluation.labelled import freeze_labelled

    def show(share: float) -> None:
        print(f"progress {share:.3f}", file=sys.stderr, flush=True)

    facts = freeze_labelled(options.folder, label_map=options.label_map, on_progress=show)
    print(json.dumps(facts, ensure_ascii=False))


def _label_map(text: str) -> dict[str, str]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise argparse.ArgumentTypeError("the label map is no JSON object")
    return {str(name): str(other) for name, other in found.items()}
