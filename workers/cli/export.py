"""`python -m workers export`: the ONNX form of a detector's folder."""

import json
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_parser(commands: "_SubParsersAction[Any]") -> None:
    """Add the command and its options."""
    parser = commands.add_parser("export", help="write a detector's folder as one ONNX file")
    parser.add_argument("folder", type=Path, help="with config.json and model.safetensors")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=".onnx")


def export(options: Namespace) -> None:
    """Write the file; print `{"path", "difference": {"box_px", "score"}}`."""
    from workers.detect.export import export_onnx

    difference = export_onnx(options.folder, options.out)
    print(json.dumps({"path": str(options.out), "difference": asdict(difference)}))
