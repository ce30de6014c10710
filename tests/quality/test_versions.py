"""Every version is named once and means the same everywhere."""

import json
import re
import tomllib
from importlib import metadata
from typing import Any

import pytest
import yaml

from tests.quality.files import REPOSITORY
from tools.requirements import requirements

PIN = re.compile(r"(?P<name>[\w.-]+)(?P<extras>\[[\w,-]+\])?==(?P<version>[\w.]+)(?P<when>;.*)?")


def key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lines: list[str]) -> dict[str, str]:
    matches = [PIN.fullmatch(line.strip()) for line in lines]
    assert all(matches), [line for line, match in zip(lines, matches, strict=True) if not match]
    return {key(match["name"]): match["version"] for match in matches if match}


def constraints() -> dict[str, str]:
    text = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8")
    return pins([line for line in text.splitlines() if not line.startswith("#")])


@pytest.fixture(scope="module")
def conda() -> dict[str, Any]:
    return yaml.safe_load((REPOSITORY / "environment.yml").read_text(encoding="utf-8"))


def test_conda_installs_what_pip_installs(conda: dict[str, Any]) -> None:
    (pip,) = [item["pip"] for item in conda["dependencies"] if isinstance(item, dict)]
    assert pip[0] == "--constraint constraints.txt"
    assert sorted(pip[1:]) == sorted(requirements(extras=["dev"], gpu=False))


def test_conda_has_a_python_and_a_node_that_the_project_supports(conda: dict[str, Any]) -> None:
    assert {"python=3.12", "nodejs=20"} <= {str(item) for item in conda["dependencies"]}
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=3.11"
    package = json.loads((REPOSITORY / "frontend" / "package.json").read_text(encoding="utf-8"))
    assert package["engines"]["node"].startswith(">=20")


def test_the_constraints_hold_every_pin_and_every_installed_package_of_theirs() -> None:
    wanted = pins(requirements(extras=["dev", "peers"], gpu=False))
    held = constraints()
    assert wanted.items() <= held.items()
    needed = {
        key(re.split(r"[\s\[;<>=!~(]", need, maxsplit=1)[0])
        for name in held
        for need in _needs(name)
        if "extra ==" not in need
    }
    installed = {key(dist.metadata["Name"]) for dist in metadata.distributions()}
    assert (needed & installed) - set(held) - {"setuptools", "pip"} == set()


def _needs(name: str) -> list[str]:
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []


def test_the_gpu_set_differs_in_the_runtime_only() -> None:
    plain, gpu = (set(requirements(extras=[], gpu=gpu)) for gpu in (False, True))
    assert len(plain - gpu) == len(gpu - plain) == 1
    version = next(iter(plain - gpu)).partition("==")[2]
    assert gpu - plain == {f"onnxruntime-gpu[cuda,cudnn]=={version}"}


def test_the_version_of_the_program_is_that_of_its_package() -> None:
    from django.conf import settings

    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    package = json.loads((REPOSITORY / "frontend" / "package.json").read_text(encoding="utf-8"))
    assert settings.VERSION == project["version"] == package["version"]


def test_no_package_has_a_licence_that_reaches_over_the_network() -> None:
    bad = []
    for dist in metadata.distributions():
        fields = ("License-Expression", "License", "Classifier")
        words = [word for field in fields for word in dist.metadata.get_all(field) or []]
        # Some give whole texts: the GPL, which scipy bundles a runtime library under with its
        # linking exception, names the Affero licence in its body. The first line is the name.
        names = [word.strip().split("\n")[0].lower() for word in words]
        if any("agpl" in name or "affero" in name for name in names):
            bad.append(dist.metadata["Name"])
    assert bad == []
