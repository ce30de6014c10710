"""`python -m workers plan`, `overlay` and `report`: from a document to a drawing or a record.

The documents are made by the web part: a `workers.plan.model.Plan`, and a
`workers.report.document.ReportInput`.
"""

import argparse
import json
from argparse import Namespace
from pathlib import Path
from typing import Any

from workers.cli.camera import seconds
from workers.errors import WorkerError

_LANGUAGES, _LAYERS = ("zh", "en"), ("category", "dose")


def add_parsers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands and their options."""
    plan = commands.add_parser("plan", help="draw the plan of a lift as SVG or PNG")
    plan.add_argument("plan", type=Path, help="the plan, JSON")
    _add_look(plan)

    overlay = commands.add_parser("overlay", help="lay the plan of a lift over a still of a video")
    overlay.add_argument("plan", type=Path, help="the plan, JSON, with the camera's `calibration`")
    overlay.add_argument("--video", type=Path, required=True)
    overlay.add_argument("--index", type=Path, help="the video's frame index, to save time")
    overlay.add_argument("--seconds", type=seconds, required=True, help="time of the still")
    _add_look(overlay)

    report = commands.add_parser("report", help="write the record of a pour")
    report.add_argument("report", type=Path, help="everything that it says, JSON")
    report.add_argument("--language", choices=_LANGUAGES, default="zh")
    report.add_argument("--out", type=Path, required=True, help=".pdf or .xlsx")


def _add_look(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--layer", choices=_LAYERS, default="category")
    parser.add_argument("--language", choices=_LANGUAGES, default="zh")
    parser.add_argument("--out", type=Path, required=True, help=".svg or .png")


def plan(options: Namespace) -> None:
    """Draw a plan."""
    from workers.plan.compose import compose
    from workers.plan.model import Plan
    from workers.plan.png import to_png
    from workers.plan.svg import to_svg

    drawing = compose(Plan.from_json(read_document(options.plan)), options.layer, options.language)
    is_svg = options.out.suffix.lower() == ".svg"
    _write(options.out, to_svg(drawing).encode() if is_svg else to_png(drawing))


def overlay(options: Namespace) -> None:
    """Lay a plan over a picture."""
    from workers.media.still import read_still
    from workers.plan.model import Plan
    from workers.plan.overlay import overlay as lay_over
    from workers.plan.png import png_bytes
    from workers.vibration.pour_site import calibration_from_json

    document = read_document(options.plan)
    calibration = calibration_from_json(document.get("calibration"), "calibration")
    still = read_still(options.video, options.seconds, options.index)
    plan = Plan.from_json(document)
    shift_px = document.get("shift_px", [0.0, 0.0])
    picture = lay_over(
        still.image, plan, calibration, options.layer, (float(shift_px[0]), float(shift_px[1]))
    )
    _write(options.out, png_bytes(picture))


def report(options: Namespace) -> None:
    """Write a record."""
    from workers.report.document import ReportInput
    from workers.report.pdf import write_pdf
    from workers.report.xlsx import write_xlsx

    document = ReportInput.from_json(read_document(options.report))
    part = options.out.with_name(options.out.name + ".part")
    write = write_pdf if options.out.suffix.lower() == ".pdf" else write_xlsx
    try:
        write(document, options.language, part)
        part.replace(options.out)
    finally:
        part.unlink(missing_ok=True)
    _tell(options.out)


def read_document(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        WorkerError: `document_invalid`.
    """
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise WorkerError("document_invalid", f"{path.name}: not JSON: {error}.") from error
    if not isinstance(data, dict):
        raise WorkerError("document_invalid", f"{path.name}: expected an object.")
    return data


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _tell(path)


def _tell(path: Path) -> None:
    print(json.dumps({"path": str(path)}))
