"""Parts of the real system are killed in the middle of a run, which completes all the same."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.conftest import services_required
from tests.faults.conftest import LEASE, Site, site_make
from tests.live.reading import Reader
from tests.stack import Stack, wait_for

# vtest.mp4 has 795 frames, ten a second, in segments of 32 s; one a second is every tenth.
FPS = 1
SAMPLED = list(range(0, 795, 10))


@pytest.fixture(scope="module", params=["embedded", "services"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, test_data: Path
) -> Iterator[Site]:
    if request.param == "services":
        services_required()
    stack = Stack(tmp_path_factory.mktemp("faults"), setup=request.param, env=LEASE)
    try:
        yield site_make(stack, test_data / "video" / "vtest.mp4")
    finally:
        stack.close()


# The Redis server of the other set-up belongs to others, too: test_redis_server.py kills another.
of_its_own = pytest.mark.parametrize("site", ["embedded"], indirect=True, scope="module")


def assert_complete(site: Site, run: int) -> None:
    ended = site.wait_end(run)
    assert ended["state"] == "completed", ended
    assert (ended["frames_done"], ended["progress"]) == (len(SAMPLED), 1.0)
    assert site.frames(run) == SAMPLED


def test_the_gpu_worker_is_killed(site: Site) -> None:
    run = site.start(fps=FPS)
    site.wait_frames(run, at_least=40)
    old = site.stack.kill("gpu")
    assert_complete(site, run)
    assert site.stack.pids()["gpu"] != old
    segments = site.get(f"runs/{run}/segments/")
    assert sorted(segment["attempts"] for segment in segments)[-1] == 2


def test_the_web_server_is_killed_and_the_page_recovers_by_itself(site: Site) -> None:
    # Another rate, or the results of the run before would be taken.
    run = site.start(fps=1.05)
    token = site.api.headers["Authorization"].removeprefix("Token ")
    url = f"{site.stack.origin}/api/v1/projects/{site.project}/events/"
    with Reader(url, token=token) as reader:
        last = reader.next_named("progress", timeout_s=30)
        old = site.stack.kill("web")
    site.stack.wait_restarted("web", old)
    wait_for(lambda: site.run(run), timeout_s=30)
    with Reader(url, token=token, last_event_id=last.id) as reader:
        again = reader.next(timeout_s=30)
        assert again.name in {"progress", "state"}
        assert again.id > last.id
    assert site.wait_end(run)["state"] == "completed"
    frames = site.frames(run)
    assert len(frames) == len(set(frames)) == site.run(run)["frames_total"]


@of_its_own
def test_redis_is_killed(site: Site) -> None:
    run = site.start(fps=1.1)
    site.wait_frames(run, at_least=5)
    old = site.stack.kill("redis")
    site.stack.wait_restarted("redis", old)
    ended = site.wait_end(run)
    assert ended["state"] == "completed", ended
    frames = site.frames(run)
    assert len(frames) == len(set(frames)) == ended["frames_total"]
    # Nothing has to be restarted by hand: the next run goes the same way.
    after = site.start(fps=0.2)
    assert site.wait_end(after)["state"] == "completed"


@of_its_own
def test_redis_loses_everything(site: Site) -> None:
    run = site.start(fps=1.15)
    site.wait_frames(run, at_least=5)
    with redis.Redis(unix_socket_path=str(site.stack.data_dir / "redis.sock")) as client:
        client.flushall()
    ended = site.wait_end(run)
    assert ended["state"] == "completed", ended
    frames = site.frames(run)
    assert len(frames) == len(set(frames)) == ended["frames_total"]


def test_the_io_worker_and_the_clock_are_killed(site: Site) -> None:
    run = site.start(fps=0.3)
    for part in ("io", "beat"):
        site.stack.wait_restarted(part, site.stack.kill(part))
    assert site.wait_end(run)["state"] == "completed"


def test_cancelling_stops_within_seconds_and_retry_repeats_what_is_missing(site: Site) -> None:
    run = site.start(fps=1.6)
    site.wait_frames(run, at_least=55)
    asked_at = time.monotonic()
    assert site.api.post(f"projects/{site.project}/cancel/").status_code == 202
    assert site.wait_end(run)["state"] == "cancelled"
    assert time.monotonic() - asked_at < 10
    kept = site.frames(run)
    assert 0 < len(kept) < site.run(run)["frames_total"]
    retried = site.api.post(f"projects/{site.project}/retry/")
    assert retried.status_code == 202, retried.text
    new = retried.json()["id"]
    assert retried.json()["retry_of"] == run
    ended = site.wait_end(new)
    assert ended["state"] == "completed"
    frames = site.frames(new)
    assert frames[: len(kept)] == kept
    assert len(frames) == len(set(frames)) == ended["frames_total"]


def test_stopping_the_worker_gently_gives_its_segment_back_at_once(site: Site) -> None:
    run = site.start(fps=1.25)
    site.wait_frames(run, at_least=10)
    old = site.stack.kill("gpu", signal.SIGTERM)
    site.stack.wait_restarted("gpu", old)
    ended = site.wait_end(run)
    assert ended["state"] == "completed"
    assert {segment["attempts"] for segment in site.get(f"runs/{run}/segments/")} == {1}


def test_deleting_the_project_in_mid_run_leaves_nothing(site: Site) -> None:
    """The last test: it takes the project away."""
    run = site.start(fps=1.3)
    site.wait_frames(run, at_least=5)
    assert site.api.delete(f"projects/{site.project}/").status_code == 204
    assert site.api.get(f"runs/{run}/").status_code == 404
    media = site.stack.data_dir / "media"

    def is_gone() -> bool:
        return not any(path.is_file() for path in media.rglob("*"))

    wait_for(is_gone, timeout_s=120, message=f"left: {list(media.rglob('*'))}")
    wait_for(
        lambda: not any(worker["current"] for worker in site.get("system/")["workers"]),
        timeout_s=30,
    )
