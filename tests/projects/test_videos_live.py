"""The way of a file through the whole system, in both set-ups."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.media import make_video
from tests.stack import Stack, wait_for
from tests.tus import Tus


@pytest.fixture
def project(stack: Stack) -> int:
    return int(stack.admin.post("projects/", json={"name": "Slab 3"}).json()["id"])


@pytest.fixture
def send(stack: Stack, project: int) -> Callable[[Path], dict[str, Any]]:
    """Uploads a file and waits until it is known what becomes of it."""

    def go(path: Path) -> dict[str, Any]:
        video = Tus(stack.admin).upload(project, path.read_bytes(), path.name)

        def settled() -> dict[str, Any] | None:
            shown = stack.admin.get(f"videos/{video}/").json()
            is_open = shown["state"] == "checking" or shown["playback"] == "preparing"
            return None if is_open else shown

        return dict(wait_for(settled, timeout_s=120))

    return go


def test_a_video_from_the_site_is_ready_and_plays(stack, project, send, test_data):
    video = send(test_data / "video" / "vtest.mp4")

    assert (video["state"], video["playback"], video["error"]) == ("ready", "original", None)
    assert (video["width"], video["height"], video["frame_count"]) == (480, 360, 795)
    assert video["duration_seconds"] == pytest.approx(79.5)
    assert stack.admin.get(f"projects/{project}/").json()["videos"] == [video]
    part = stack.admin.get(stack.origin + video["media_url"], headers={"Range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.content == (test_data / "video" / "vtest.mp4").read_bytes()[100:200]
    assert (
        stack.admin.get(stack.origin + video["thumbnail_url"]).content[:2] == b"\xff\xd8"
    )  # a JPEG


@pytest.mark.parametrize("name", ["h265_video.mp4", "av1_video.mkv"])
def test_a_video_that_browsers_cannot_play_gets_a_proxy(stack, send, test_data, name, tmp_path):
    video = send(test_data / "video" / name)

    assert (video["state"], video["playback"]) == ("ready", "proxy")
    played = stack.admin.get(stack.origin + video["media_url"])
    assert played.headers["Content-Type"] == "video/mp4"
    assert b"avc1" in played.content  # H.264


def test_a_file_that_is_no_video_is_rejected_and_the_worker_goes_on(stack, send, tmp_path):
    fake, real = tmp_path / "fake.mp4", tmp_path / "real.mp4"
    fake.write_text("not a video at all\n" * 100)
    make_video(real, seconds=1)

    rejected = send(fake)
    assert (rejected["state"], rejected["error"]["code"]) == ("rejected", "video_not_decodable")
    assert stack.admin.get(stack.origin + rejected["original_url"]).status_code == 404
    assert send(real)["state"] == "ready"


def test_a_project_deleted_during_a_check_leaves_no_file_and_no_process(stack, project, test_data):
    path = test_data / "video" / "one-by-one-person-detection.mp4"
    before = {folder.name for folder in (stack.data_dir / "media").iterdir()}
    Tus(stack.admin).upload(project, path.read_bytes(), path.name)
    wait_for(lambda: children(stack))

    assert stack.admin.delete(f"projects/{project}/").status_code == 204

    def clean() -> bool:
        now = {folder.name for folder in (stack.data_dir / "media").iterdir()}
        return now <= before and not children(stack)

    wait_for(clean, timeout_s=30)


def children(stack: Stack) -> list[psutil.Process]:
    """The processes that look into files."""
    found = []
    for child in psutil.Process(stack.pids()["io"]).children(recursive=True):
        try:
            if "workers" in child.cmdline() and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found
