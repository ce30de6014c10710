"""A video's files over HTTP: ranges, validators, names and permissions."""

from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from rest_framework.test import APIClient

from apps.common.errors import DomainError
from apps.projects.api.files import parse_range
from apps.projects.models import Playback, Video, VideoState
from apps.projects.storage import ORIGINAL, PROXY, THUMBNAIL, video_path
from tests.cast import Cast, client_of

DATA = bytes(range(256)) * 4096  # 1 MiB: several blocks


@pytest.fixture
def video(cast: Cast) -> Video:
    made = Video.objects.create(
        project=cast.project,
        filename='Slab 3 “east”; x="y".mp4',
        folder=uuid4().hex,
        size_bytes=len(DATA),
        container="mp4",
        state=VideoState.READY,
        playback=Playback.ORIGINAL,
        has_thumbnail=True,
    )
    for name, content in ((ORIGINAL, DATA), (PROXY, b"proxy"), (THUMBNAIL, b"jpeg")):
        path = video_path(made.folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return made


@pytest.fixture
def viewer(cast: Cast) -> APIClient:
    return client_of(cast.viewer)


def address(video: Video, what: str = "media") -> str:
    return f"/api/v1/videos/{video.pk}/{what}/"


def body_of(answer) -> bytes:
    async def collect() -> bytes:
        return b"".join([part async for part in answer])

    return async_to_sync(collect)() if answer.streaming else answer.content


def test_without_a_range_comes_everything(viewer, video):
    answer = viewer.get(address(video))
    assert (answer.status_code, body_of(answer)) == (200, DATA)
    assert answer.headers["Content-Length"] == str(len(DATA))
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=5-9", 5, 10),
        ("bytes=1048570-", 1048570, 1048576),
        ("bytes=-6", 1048570, 1048576),
        ("bytes=-9999999", 0, 1048576),
        ("bytes=300000-9999999", 300000, 1048576),
    ],
)
def test_a_range_is_answered_with_just_that(viewer, video, asked, start, end):
    answer = viewer.get(address(video), headers={"Range": asked})
    assert (answer.status_code, body_of(answer)) == (206, DATA[start:end])
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/1048576"
    assert answer.headers["Content-Length"] == str(end - start)


@pytest.mark.parametrize("asked", ["bytes=1048576-", "bytes=9999999-9999999", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_had(viewer, video, asked):
    answer = viewer.get(address(video), headers={"Range": asked})
    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["Content-Range"] == "bytes */1048576"


@pytest.mark.parametrize(
    "asked", ["bytes=5-4", "bytes=-", "bytes=0-1,5-6", "lines=1-2", "bytes=x-y", "bytes=--5"]
)
def test_a_range_that_cannot_be_read_is_answered_with_everything(viewer, video, asked):
    answer = viewer.get(address(video), headers={"Range": asked})
    assert (answer.status_code, len(body_of(answer))) == (200, len(DATA))


def test_an_empty_file_has_no_range():
    assert parse_range("", 0) is None
    with pytest.raises(DomainError):
        parse_range("bytes=0-", 0)


def test_a_known_version_is_not_sent_again(viewer, video):
    etag = viewer.get(address(video)).headers["ETag"]
    for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        answer = viewer.get(address(video), headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", etag)
    assert viewer.get(address(video), headers={"If-None-Match": '"other"'}).status_code == 200

    path = video_path(video.folder, ORIGINAL)
    path.write_bytes(b"changed")
    assert viewer.get(address(video)).headers["ETag"] != etag


def test_a_range_of_another_version_is_answered_with_everything(viewer, video):
    first = viewer.get(address(video))
    part = {"Range": "bytes=0-9"}
    for validator in (first.headers["ETag"], first.headers["Last-Modified"]):
        answer = viewer.get(address(video), headers={**part, "If-Range": validator})
        assert answer.status_code == 206
    for validator in ('"other"', f"W/{first.headers['ETag']}", "Thu, 01 Jan 1970 00:00:00 GMT"):
        answer = viewer.get(address(video), headers={**part, "If-Range": validator})
        assert answer.status_code == 200


def test_head_tells_the_size_and_sends_nothing(viewer, video):
    answer = viewer.head(address(video, "original"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(DATA))
    assert answer.headers["ETag"]


def test_the_original_is_a_download_under_its_own_name(viewer, video):
    answer = viewer.get(address(video, "original"))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=utf-8''Slab%203%20%E2%80%9Ceast%E2%80%9D%3B%20x%3D%22y%22.mp4"
    )
    assert "Content-Disposition" not in viewer.get(address(video)).headers


def test_a_proxy_is_sent_in_place_of_what_cannot_be_played(viewer, video):
    Video.objects.update(playback=Playback.PROXY, container="matroska")
    answer = viewer.get(address(video))
    assert (body_of(answer), answer.headers["Content-Type"]) == (b"proxy", "video/mp4")
    assert len(body_of(viewer.get(address(video, "original")))) == len(DATA)


@pytest.mark.parametrize("playback", [Playback.PREPARING, Playback.UNAVAILABLE])
def test_what_cannot_be_played_yet_is_not_found(viewer, video, playback):
    Video.objects.update(playback=playback)
    answer = viewer.get(address(video))
    assert (answer.status_code, answer.json()["code"]) == (404, "video_not_playable")


def test_a_thumbnail_is_a_picture_or_not_found(viewer, video):
    answer = viewer.get(address(video, "thumbnail"))
    assert (body_of(answer), answer.headers["Content-Type"]) == (b"jpeg", "image/jpeg")
    Video.objects.update(has_thumbnail=False)
    assert viewer.get(address(video, "thumbnail")).status_code == 404


@pytest.mark.parametrize("what", ["media", "original", "thumbnail"])
def test_only_those_who_see_the_project_get_its_files(cast, video, what):
    assert client_of(cast.stranger).get(address(video, what)).status_code == 404
    assert client_of().get(address(video, what)).status_code == 401
    assert client_of(cast.admin).get(address(video, what)).status_code == 200


def test_a_file_that_is_gone_is_not_found(viewer, video):
    video_path(video.folder, ORIGINAL).unlink()
    assert viewer.get(address(video)).status_code == 404


def test_a_front_server_is_told_where_the_file_is(viewer, video, settings):
    settings.ACCEL_REDIRECT_PREFIX = "/protected/"
    answer = viewer.get(address(video, "original"))
    assert answer.headers["X-Accel-Redirect"] == f"/protected/{video.folder}/original"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.content == b""
