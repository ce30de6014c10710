"""Prints what to install, from pyproject.toml: `requirements.py [--dev] [--peers] [--gpu]`.

pip gets the list and not the project itself, so that it has nothing to build.
"""

import argparse
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def requirements(*, extras: list[str], gpu: bool) -> list[str]:
    """The pinned dependencies; with `gpu`, onnxruntime is the build that has CUDA."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names: list[str] = list(project["dependencies"])
    for extra in extras:
        names += project["optional-dependencies"][extra]
    if gpu:
        names = [name.replace("onnxruntime==", "onnxruntime-gpu[cuda,cudnn]==") for name in names]
    return names


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="with the tools of the tests")
    parser.add_argument("--peers", action="store_true", help="with what benchmarks compare to")
    parser.add_argument("--gpu", action="store_true", help="with CUDA")
    given = parser.parse_args()
    extras = [extra for extra in ("dev", "peers") if getattr(given, extra)]
    print("\n".join(requirements(extras=extras, gpu=given.gpu)))
