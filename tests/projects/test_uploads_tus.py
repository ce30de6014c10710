"""The tus protocol, request by request."""

import hashlib
from collections.abc import AsyncIterator

import pytest
from django.db import OperationalError

from apps.common.bodies import ClientGone
from apps.projects.models import Upload, Video, VideoState
from apps.projects.storage import ORIGINAL, upload_path, video_path
from tests.cast import Cast, browser_of, client_of
from tests.tus import OFFSET_TYPE, UPLOADS, Tus, base64_of, metadata

DATA = bytes(range(256)) * 40  # 10,240 bytes


@pytest.fixture
def tus(cast: Cast) -> Tus:
    return Tus(client_of(cast.operator))


def test_options_tell_what_the_server_can_do(tus):
    answer = tus.request("OPTIONS", UPLOADS, Tus_Resumable="")

    assert answer.status == 204
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "checksum",
        "termination",
        "expiration",
    }
    assert answer.headers["Tus-Max-Size"] == str(64 * 2**30)
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256,md5"


def test_a_file_sent_in_pieces_becomes_one_video_of_the_same_bytes(tus, cast):
    path = tus.begin(cast.project.pk, len(DATA), filename="Slab 3.mp4")
    assert path.startswith(UPLOADS)  # relative, so that it is right behind any proxy

    first = tus.append(path, 0, DATA[:4000])
    assert (first.status, first.headers["Upload-Offset"]) == (204, "4000")
    assert "CVD-Video-Id" not in first.headers
    assert not Video.objects.exists()
    last = tus.append(path, 4000, DATA[4000:])
    assert (last.status, last.headers["Upload-Offset"]) == (204, "10240")

    video = Video.objects.get(pk=last.headers["CVD-Video-Id"])
    assert (video.filename, video.size_bytes) == ("Slab 3.mp4", 10240)
    assert (video.state, video.uploaded_by) == (VideoState.CHECKING, cast.operator)
    assert [job.kind for job in video.jobs.all()] == ["video_check"]
    assert video_path(video.folder, ORIGINAL).read_bytes() == DATA
    assert not upload_path(Upload.objects.get().pk).exists()


def test_a_chunk_asks_the_database_three_times(tus, cast, django_assert_num_queries):
    path = tus.begin(cast.project.pk, len(DATA), body=DATA[:100])
    with django_assert_num_queries(3):  # who asks, whether they may, and again under the lock
        tus.append(path, 100, DATA[100:200])


def test_head_tells_how_far_it_is_and_must_not_be_cached(tus, cast):
    path = tus.begin(cast.project.pk, len(DATA), filename="视频.mp4", body=DATA[:100])

    answer = tus.request("HEAD", path)

    assert answer.status == 200
    assert answer.headers["Upload-Offset"] == "100"
    assert answer.headers["Upload-Length"] == "10240"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Upload-Expires"].endswith("GMT")
    sent = metadata(filename="视频.mp4", project=str(cast.project.pk))
    assert answer.headers["Upload-Metadata"] == sent


def test_a_file_may_come_whole_with_its_creation(tus, cast):
    answer = tus.create(cast.project.pk, len(DATA), body=DATA)
    assert (answer.status, answer.headers["Upload-Offset"]) == (201, "10240")
    assert Video.objects.get().pk == int(answer.headers["CVD-Video-Id"])


@pytest.mark.parametrize("step", ["upload_finish", "_unfinished"])
def test_a_creation_that_loses_the_database_leaves_nothing(tus, cast, monkeypatch, settings, step):
    def away(_: object) -> None:
        raise OperationalError("away")

    before = set(settings.UPLOAD_ROOT.glob("*"))
    monkeypatch.setattr(f"apps.projects.services.upload_receiving.{step}", away)
    answer = tus.create(cast.project.pk, len(DATA), body=DATA)
    assert (answer.status, answer.code) == (503, "database_unavailable")
    assert "Location" not in answer.headers
    assert not Upload.objects.exists()
    assert set(settings.UPLOAD_ROOT.glob("*")) == before


def test_an_empty_file_is_complete_when_it_is_created(tus, cast):
    answer = tus.create(cast.project.pk, 0)
    assert answer.status == 201
    assert Video.objects.get(pk=answer.headers["CVD-Video-Id"]).size_bytes == 0


def test_a_client_that_falls_silent_may_go_on_where_it_stopped(tus, cast, monkeypatch):
    async def silent(request: object) -> AsyncIterator[bytes]:
        yield b"0123"
        raise ClientGone

    path = tus.begin(cast.project.pk, 10)
    with monkeypatch.context() as patch:
        patch.setattr("apps.projects.api.uploads.body_pieces", silent)
        answer = tus.append(path, 0, b"0123456789")
        created = tus.create(cast.project.pk, 10, body=b"0123456789")
    assert (answer.status, answer.code) == (408, "client_gone")
    assert (created.status, Upload.objects.count()) == (408, 1)
    assert tus.offset(path) == 4
    assert tus.append(path, 4, b"456789").status == 204


def test_a_wrong_offset_changes_nothing(tus, cast):
    path = tus.begin(cast.project.pk, len(DATA), body=DATA[:100])
    for offset in (0, 99, 101):
        answer = tus.append(path, offset, b"x")
        assert (answer.status, answer.code) == (409, "upload_offset_wrong")
    assert tus.offset(path) == 100


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_a_chunk_that_does_not_match_its_checksum_is_discarded(tus, cast, algorithm):
    path = tus.begin(cast.project.pk, len(DATA), body=DATA[:100])
    digest = hashlib.new(algorithm, DATA[100:]).digest()
    checksum = f"{algorithm} {base64_of(digest)}"

    wrong = tus.append(path, 100, bytes(len(DATA) - 100), Upload_Checksum=checksum)
    assert (wrong.status, wrong.code) == (460, "checksum_mismatch")
    assert tus.offset(path) == 100
    right = tus.append(path, 100, DATA[100:], Upload_Checksum=checksum)
    assert right.status == 204
    assert video_path(Video.objects.get().folder, ORIGINAL).read_bytes() == DATA


@pytest.mark.parametrize("checksum", ["crc32 AAAA", "sha1 not-base64!", "sha1 \xe9", "sha1"])
def test_a_checksum_that_cannot_be_read_is_refused(tus, cast, checksum):
    path = tus.begin(cast.project.pk, 10)
    wrong = tus.append(path, 0, b"x" * 10, Upload_Checksum=checksum)
    assert wrong.status in (400, 460)
    assert tus.offset(path) == 0


def test_more_bytes_than_were_announced_are_refused(tus, cast):
    path = tus.begin(cast.project.pk, 10)
    answer = tus.append(path, 0, b"x" * 11)
    assert (answer.status, answer.code) == (413, "upload_too_long")
    assert tus.offset(path) == 0


def test_a_file_over_the_limit_is_refused(tus, cast, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    assert tus.create(cast.project.pk, 1000).status == 201
    answer = tus.create(cast.project.pk, 1001)
    assert (answer.status, answer.code) == (413, "upload_too_large")


def test_another_version_of_tus_is_refused(tus, cast):
    path = tus.begin(cast.project.pk, 10)
    for version in ("", "0.2.2"):
        for method in ("POST", "HEAD", "PATCH", "DELETE"):
            address = UPLOADS if method == "POST" else path
            answer = tus.request(method, address, Tus_Resumable=version)
            assert (answer.status, answer.headers["Tus-Version"]) == (412, "1.0.0")
    assert tus.offset(path) == 0


def test_a_body_of_another_type_is_refused(tus, cast):
    path = tus.begin(cast.project.pk, 10)
    answer = tus.append(path, 0, b"x", Content_Type="application/octet-stream")
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "broken",
    [
        {"Upload_Length": ""},
        {"Upload_Length": "-1"},
        {"Upload_Length": "1e3"},
        {"Upload_Length": "٣"},
        {"Upload_Length": "9" * 30},
        {"Upload_Metadata": ""},
        {"Upload_Metadata": metadata(filename="a.mp4")},
        {"Upload_Metadata": metadata(project="1")},
        {"Upload_Metadata": "filename %%%"},
        {"Upload_Metadata": f"filename {base64_of(bytes([0xFF, 0xFE]))}"},
        {"Upload_Metadata": "filename YQ==,filename Yg=="},
        {"Upload_Metadata": "filename 浇筑.mp4"},
        {"Upload_Metadata": "x" * 5000},
    ],
)
def test_headers_that_cannot_be_read_are_refused(tus, cast, broken):
    given = {key: value.encode().decode("latin-1") for key, value in broken.items()}
    answer = tus.create(cast.project.pk, 10, **given)
    assert answer.status == 400
    assert answer.code in {"tus_header_invalid", "tus_metadata_invalid"}
    assert not Upload.objects.exists()


@pytest.mark.parametrize("offset", ["", "-1", "x", "9" * 30])
def test_an_offset_that_is_no_number_is_refused(tus, cast, offset):
    path = tus.begin(cast.project.pk, 10)
    answer = tus.append(path, 0, b"x", Upload_Offset=offset)
    assert (answer.status, answer.code) == (400, "tus_header_invalid")


def test_an_upload_can_be_ended(tus, cast):
    path = tus.begin(cast.project.pk, 10, body=b"12345")
    upload = Upload.objects.get()

    assert tus.request("DELETE", path).status == 204

    assert tus.request("HEAD", path).status == 404
    assert not upload_path(upload.pk).exists()


def test_a_method_may_be_named_in_a_header(tus, cast):
    path = tus.begin(cast.project.pk, 10)
    sent = tus.request(
        "POST",
        path,
        b"12345",
        X_HTTP_Method_Override="PATCH",
        Upload_Offset="0",
        Content_Type=OFFSET_TYPE,
    )
    assert (sent.status, sent.headers["Upload-Offset"]) == (204, "5")
    assert tus.request("POST", path).status == 405
    assert tus.request("POST", path, X_HTTP_Method_Override="DELETE").status == 204


def test_a_page_uploads_with_its_session(cast):
    browser = browser_of(cast.operator)
    path = Tus(browser).begin(cast.project.pk, len(DATA))
    assert Tus(browser).append(path, 0, DATA).status == 204

    browser.credentials()  # without the CSRF token
    assert Tus(browser).create(cast.project.pk, 10).status == 403


def test_the_list_is_of_ones_own_unfinished_uploads(tus, cast):
    path = tus.begin(cast.project.pk, len(DATA), filename="half.mp4", body=DATA[:100])
    tus.upload(cast.project.pk, DATA)
    Tus(client_of(cast.manager)).begin(cast.project.pk, 10)

    page = tus.client.get(f"{UPLOADS}?project={cast.project.pk}").json()

    [mine] = page["results"]
    assert page["count"] == 1
    assert (mine["filename"], mine["size_bytes"], mine["offset_bytes"], mine["url"]) == (
        "half.mp4",
        len(DATA),
        100,
        path,
    )
    assert tus.client.get(f"{UPLOADS}?project={cast.project.pk + 1}").json()["count"] == 0
    assert tus.client.get(f"{UPLOADS}?project=x").status_code == 400


def test_a_page_of_a_named_origin_may_speak_tus(tus, cast, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://site.example"]
    asked = {
        "Origin": "https://site.example",
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "tus-resumable,upload-offset,authorization",
    }
    allowed = client_of().options(UPLOADS, headers=asked)
    assert "upload-offset" in allowed.headers["Access-Control-Allow-Headers"]
    assert "PATCH" in allowed.headers["Access-Control-Allow-Methods"]
    made = tus.create(cast.project.pk, 10, Origin="https://site.example")
    assert "location" in made.headers["Access-Control-Expose-Headers"]
    elsewhere = tus.create(cast.project.pk, 10, Origin="https://evil.example")
    assert "Access-Control-Allow-Origin" not in elsewhere.headers
