"""`python -m workers pictures`: pictures of a folder, made fit for a dataset."""

import argparse
import json
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = commands.add_parser("pictures", help="check pictures and turn them upright")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="an existing, empty folder")


def run(options: Namespace) -> None:
    """Print the pictures that were written, as JSON."""
    from workers.datasets.pictures import take_pictures

    pictures = [asdict(picture) for picture in take_pictures(options.folder, options.out)]
    print(json.dumps({"pictures": pictures}, ensure_ascii=False))
