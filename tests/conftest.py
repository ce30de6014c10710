"""What every test shares: real inputs, a private Redis, the whole system, what may be skipped."""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.conf import settings

from apps.operations.supervisor import embedded_redis
from apps.operations.supervisor.children import Child
from apps.operations.supervisor.parts import redis_spec
from tests.services import redis_keys_delete, services_missing
from tests.settings import USES_SERVICES
from tests.stack import Stack

pytest_plugins = ["tests.cast"]

# A line for each question that a test asks hides why it failed.
logging.getLogger("httpx").setLevel(logging.WARNING)

REPOSITORY = Path(__file__).resolve().parents[1]

# Stacks that are running, to show what they said when a test fails.
_stacks: list[Stack] = []


def skip_or_fail(reason: str, *, required_by: str) -> NoReturn:
    """A missing part is a skip on a laptop and a failure where `required_by` is set to 1."""
    if os.environ.get(required_by) == "1":
        pytest.fail(f"{reason} ({required_by}=1)")
    pytest.skip(reason)


def services_required() -> None:
    if reason := services_missing():
        skip_or_fail(reason, required_by="CVD_REQUIRE_SERVICES")


@pytest.fixture(autouse=True)
def marks(request: pytest.FixtureRequest) -> None:
    """`services` and `gpu` tests run only where there is what they need."""
    if request.node.get_closest_marker("services"):
        services_required()
    if request.node.get_closest_marker("gpu"):
        from workers.device import torch_device

        if torch_device() != "cuda":
            skip_or_fail("CUDA is not available", required_by="REQUIRE_GPU")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real inputs that nobody here wrote; it is not part of the repository."""
    folder = Path(os.environ.get("CVD_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        skip_or_fail(
            f"test inputs not found in {folder}; set CVD_TEST_DATA",
            required_by="CVD_REQUIRE_TEST_DATA",
        )
    return folder


@pytest.fixture(scope="session", autouse=True)
def private_redis() -> Iterator[None]:
    """The Redis of in-process tests: the embedded one, or a corner of the server's."""
    if USES_SERVICES:
        services_required()
        yield
        redis_keys_delete(settings.REDIS_PREFIX)
    else:
        for name in ("redis", "logs"):
            (settings.DATA_DIR / name).mkdir()
        embedded_redis.socket_folder_prepare(settings.REDIS_SOCKET)
        child = Child(redis_spec(socket=settings.REDIS_SOCKET, data_dir=settings.DATA_DIR))
        child.start()
        assert embedded_redis.redis_wait(settings.REDIS_URL), child.lines()
        yield
        child.terminate()
        assert child.process is not None
        child.process.wait(10)
        assert child.process.stdout is not None
        child.process.stdout.close()
        embedded_redis.socket_folder_remove(settings.REDIS_SOCKET, settings.DATA_DIR)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whole systems cover both set-ups by themselves: with CVD_TEST_SETUP=services they are out.

    A loaded machine may be late for them once, so that they are tried again; the summary says so.
    """
    whole = [item for item in items if {"stack", "stack_start"} & set(_fixtures(item))]
    if USES_SERVICES:
        config.hook.pytest_deselected(items=whole)
        items[:] = [item for item in items if item not in whole]
    for item in whole:
        item.add_marker(pytest.mark.flaky(reruns=1))


def _fixtures(item: pytest.Item) -> list[str]:
    return list(getattr(item, "fixturenames", []))


@pytest.fixture(scope="session", params=["embedded", "services"])
def stack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """The whole system, in both set-ups. Many tests share it: make your own project in it."""
    if request.param == "services":
        services_required()
    started = Stack(tmp_path_factory.mktemp("stack"), setup=request.param)
    _stacks.append(started)
    yield started
    _stacks.remove(started)
    started.close()


@pytest.fixture
def stack_start(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Stack]]:
    """Starts a system for one test that kills parts of it or wants its own settings.

    `stack_start(setup="services", only="web,io", env={"CVD_JOB_LEASE_SECONDS": "3"})`
    """
    own: list[Stack] = []

    def start(*, setup: str = "embedded", **options: Any) -> Stack:
        if setup == "services":
            services_required()
        started = Stack(tmp_path / f"stack{len(own)}", setup=setup, **options)
        own.append(started)
        _stacks.append(started)
        return started

    yield start
    for started in own:
        _stacks.remove(started)
        started.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report: Any = yield
    if report.failed:
        for started in _stacks:
            report.sections.append((f"{started.setup} system", started.log()))
    return report
