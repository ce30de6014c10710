"""The containers fit together; with Compose at hand it is asked too."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import skip_or_fail
from tests.quality.files import REPOSITORY

SECRETS = ("mysql_password", "redis_password", "secret_key")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((REPOSITORY / "compose.yaml").read_text(encoding="utf-8"))


def test_every_part_of_the_system_is_there(compose: dict[str, Any]) -> None:
    parts = {"web", "gpu", "io", "beat", "migrate", "mysql", "redis"}
    assert set(compose["services"]) == parts


def test_parts_wait_for_what_can_tell_that_it_is_ready(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name in ("web", "gpu", "io", "beat"):
        waits = services[name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"
        assert waits["redis"]["condition"] == "service_healthy"
    assert services["migrate"]["depends_on"]["mysql"]["condition"] == "service_healthy"
    assert services["migrate"]["restart"] == "no"
    for name in ("mysql", "redis", "gpu", "io"):
        assert services[name]["healthcheck"]["test"]


def test_secrets_come_from_files_and_none_is_written_down(compose: dict[str, Any]) -> None:
    assert set(compose["secrets"]) == set(SECRETS)
    for service in compose["services"].values():
        assert set(service.get("secrets", [])) <= set(SECRETS)
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET", name) and name != "MYSQL_RANDOM_ROOT_PASSWORD":
                assert name.endswith("_FILE")
                assert value.startswith("/run/secrets/")
    assert "PASSWORD=" not in (REPOSITORY / ".env.example").read_text(encoding="utf-8")


def test_data_is_kept_in_named_volumes_and_nothing_listens_beyond_loopback_unasked(
    compose: dict[str, Any],
) -> None:
    named = {
        mount.split(":")[0]
        for service in compose["services"].values()
        for mount in service.get("volumes", [])
    }
    assert named == set(compose["volumes"])
    ports = {name: part["ports"] for name, part in compose["services"].items() if "ports" in part}
    assert ports == {"web": ["${CVD_BIND:-127.0.0.1}:${CVD_PORT:-8000}:8000"]}


def test_every_variable_of_compose_is_explained_and_the_other_way_round() -> None:
    used = set(re.findall(r"\$\{(CVD_\w+)", (REPOSITORY / "compose.yaml").read_text()))
    example = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
    assert used == set(re.findall(r"^(CVD_\w+)=", example, flags=re.MULTILINE))


def test_compose_itself_takes_the_files(tmp_path: Path) -> None:
    program = shutil.which("docker-compose")
    if program is None:
        skip_or_fail("Compose is not installed", required_by="CVD_REQUIRE_SERVICES")
    for secret in SECRETS:
        (tmp_path / secret).write_text("x")
    for files in (["compose.yaml"], ["compose.yaml", "compose.gpu.yaml"]):
        chosen = [word for file in files for word in ("-f", file)]
        done = subprocess.run(
            [program, *chosen, "config", "--quiet"],
            cwd=REPOSITORY,
            env={**os.environ, "CVD_ALLOWED_HOSTS": "localhost", "CVD_SECRETS": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_the_image_runs_as_nobody_special_from_files_that_it_gets() -> None:
    dockerfile = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
    stage = dockerfile.rpartition("\nFROM ")[2]
    assert stage.index("USER cvd") < stage.index("\nCMD ")
    assert "HEALTHCHECK" in stage
    let_in = [
        line[1:]
        for line in (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    ]
    for line in re.findall(r"^COPY (?!--from)(.*)$", dockerfile, flags=re.MULTILINE):
        for source in line.split()[:-1]:
            assert (REPOSITORY / source).exists(), source
            assert any(source.rstrip("/").startswith(name) for name in let_in), source
