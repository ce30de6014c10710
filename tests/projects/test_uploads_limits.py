"""Who may upload, how much, under which names, and for how long."""

import errno
import shutil
from datetime import timedelta
from io import FileIO
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import Role
from apps.common.errors import InsufficientStorage
from apps.projects.models import Member, Upload, Video
from apps.projects.selectors.uploads import bytes_promised
from apps.projects.selectors.videos import storage_used_bytes
from apps.projects.services.upload_receiving import ChunkWriter
from apps.projects.services.videos import video_delete, video_reject
from apps.projects.storage import ORIGINAL, video_path
from tests.cast import Cast, client_of, user_make
from tests.tus import UPLOADS, Tus, metadata


@pytest.fixture
def tus(cast: Cast) -> Tus:
    return Tus(client_of(cast.operator))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("../../etc/passwd", "../../etc/passwd"),
        ("C:\\Windows\\x.mp4", "C:\\Windows\\x.mp4"),
        ("砼" * 85 + ".mp4", "砼" * 85 + ".mp4"),  # 255 bytes of Chinese, and an ending
        ("<script>alert(1)</script>.mp4", "<script>alert(1)</script>.mp4"),
        ("a\r\nSet-Cookie: x\x00\x7f.mp4", "aSet-Cookie: x.mp4"),
        ("gpm\u202e4pm.exe", "gpm4pm.exe"),
        ("Cafe\u0301.mp4", "Caf\u00e9.mp4"),
        ("x" * 300, "x" * 255),
        (" \t ", "unnamed"),
    ],
)
def test_a_name_is_harmless_text_and_names_nothing_on_disk(tus, cast, settings, typed, shown):
    video = Video.objects.get(pk=tus.upload(cast.project.pk, b"12345", filename=typed))

    assert video.filename == shown
    [folder] = {path.name for path in settings.MEDIA_ROOT.iterdir()} & {video.folder}
    assert folder.isalnum()
    answer = tus.client.get(f"/api/v1/videos/{video.pk}/original/")
    assert answer.status_code == 200
    assert "\n" not in answer.headers["Content-Disposition"]


def test_a_stranger_sees_neither_the_project_nor_an_upload_to_it(tus, cast):
    path = tus.begin(cast.project.pk, 10)
    for client in (client_of(cast.stranger), client_of(cast.admin)):
        other = Tus(client)
        assert other.request("HEAD", path).status == 404
        assert other.append(path, 0, b"x").status == 404
        assert other.request("DELETE", path).status == 404
    assert Tus(client_of(cast.stranger)).create(cast.project.pk, 10).status == 404
    assert tus.offset(path) == 0


@pytest.mark.parametrize("project", ["0", "999999", "9" * 18, "9" * 40, "x", "-1", ""])
def test_a_project_that_does_not_exist_is_not_found(tus, project):
    assert tus.create(project, 10).status == 404


def test_a_viewer_may_not_upload(cast):
    answer = Tus(client_of(cast.viewer)).create(cast.project.pk, 10)
    assert (answer.status, answer.code) == (403, "forbidden")
    assert not Upload.objects.exists()


def test_who_is_removed_from_the_project_cannot_go_on(tus, cast):
    path = tus.begin(cast.project.pk, 10)
    Member.objects.filter(user=cast.operator).delete()
    assert tus.append(path, 0, b"x").status == 404


def test_nobody_uploads_without_a_name(cast):
    assert Tus(client_of()).create(cast.project.pk, 10).status == 401


def test_the_quota_counts_videos_and_what_running_uploads_will_be(tus, cast, settings):
    settings.USER_QUOTA_BYTES = 1000
    tus.upload(cast.project.pk, b"x" * 400)
    path = tus.begin(cast.project.pk, 500, body=b"x")
    assert storage_used_bytes(cast.operator) == 900

    refused = tus.create(cast.project.pk, 101)
    assert (refused.status, refused.code) == (413, "quota_exceeded")
    assert Tus(client_of(cast.manager)).create(cast.project.pk, 101).status == 201

    tus.request("DELETE", path)
    assert storage_used_bytes(cast.operator) == 400
    assert tus.create(cast.project.pk, 600).status == 201


def test_what_was_rejected_or_deleted_counts_no_more(tus, cast):
    kept, rejected, deleted = (
        Video.objects.get(pk=tus.upload(cast.project.pk, b"x" * size)) for size in (1, 20, 300)
    )
    assert storage_used_bytes(cast.operator) == 321
    video_reject(rejected, code="video_empty", message="It is empty.")
    video_delete(deleted)
    assert storage_used_bytes(cast.operator) == kept.size_bytes


def test_the_disk_reserve_counts_what_was_promised(tus, cast, settings):
    free = shutil.disk_usage(settings.DATA_DIR).free
    gib = 2**30
    settings.DISK_RESERVE_BYTES = free - 11 * gib  # 11 GiB may be written
    assert tus.create(cast.project.pk, 10 * gib).status == 201

    refused = tus.create(cast.project.pk, 2 * gib)

    assert (refused.status, refused.code) == (507, "disk_reserve_reached")
    assert Upload.objects.count() == 1


def test_two_who_begin_together_are_not_both_promised_the_last_room(cast, settings, monkeypatch):
    gib = 2**30
    settings.DISK_RESERVE_BYTES = shutil.disk_usage(settings.DATA_DIR).free - 11 * gib
    mine, theirs = Tus(client_of(cast.operator)), Tus(client_of(cast.owner))
    answers = []

    def counted_just_before_the_other_began() -> int:
        promised = bytes_promised()
        monkeypatch.setattr("apps.projects.services.uploads.bytes_promised", bytes_promised)
        answers.append(theirs.create(cast.project.pk, 10 * gib))
        return promised

    monkeypatch.setattr(
        "apps.projects.services.uploads.bytes_promised", counted_just_before_the_other_began
    )
    answers.append(mine.create(cast.project.pk, 10 * gib))
    assert [answer.status for answer in answers] == [507, 201]
    assert Upload.objects.count() == 1


class AlmostFull(FileIO):
    """A file on a disk that has room for 4 bytes of it."""

    def write(self, block: Any) -> int:
        room = 4 - self.tell()
        if room == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(block[:room])


def test_a_disk_that_fills_up_keeps_what_came_and_takes_the_rest_later(tus, cast, monkeypatch):
    path = tus.begin(cast.project.pk, 10)
    with monkeypatch.context() as patch:
        patch.setattr("apps.projects.services.upload_locks.FileIO", AlmostFull)
        answer = tus.append(path, 0, b"0123456789")
    assert (answer.status, answer.code) == (507, "disk_full")
    assert tus.offset(path) == 4
    video = Video.objects.get(pk=tus.append(path, 4, b"456789").headers["CVD-Video-Id"])
    assert video_path(video.folder, ORIGINAL).read_bytes() == b"0123456789"


def test_a_full_disk_says_so(cast):
    upload = Upload(size_bytes=100)
    with FileIO("/dev/full", "w") as file, pytest.raises(InsufficientStorage) as refusal:
        ChunkWriter(file, upload, None).write(bytearray(b"x" * 10))
    assert (refusal.value.code, refusal.value.status) == ("disk_full", 507)
    assert isinstance(refusal.value.__cause__, OSError)
    assert refusal.value.__cause__.errno == errno.ENOSPC


def test_an_expired_upload_is_gone(tus, cast):
    path = tus.begin(cast.project.pk, 10, body=b"123")
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    for answer in (tus.request("HEAD", path), tus.append(path, 3, b"4")):
        assert answer.status == 410
    assert tus.client.get(UPLOADS).json()["count"] == 0


def test_a_finished_upload_takes_no_more_but_still_tells_its_video(tus, cast):
    """So that a client which missed the last answer does not send everything again."""
    path = tus.begin(cast.project.pk, 3)
    video = tus.append(path, 0, b"123").headers["CVD-Video-Id"]

    again = tus.append(path, 3, b"")
    assert (again.status, again.code) == (410, "upload_gone")
    assert tus.request("DELETE", path).status == 410
    head = tus.request("HEAD", path)
    assert (head.status, head.headers["Upload-Offset"]) == (200, "3")
    assert head.headers["CVD-Video-Id"] == video


def test_an_upload_that_is_written_to_does_not_expire_soon(tus, cast, settings):
    path = tus.begin(cast.project.pk, 10)
    soon = timezone.now() + timedelta(hours=1)
    Upload.objects.update(expires_at=soon)
    tus.append(path, 0, b"1")
    assert Upload.objects.get().expires_at > soon + settings.UPLOAD_EXPIRES_AFTER / 2


def test_metadata_may_hold_more_than_is_asked_for(tus, cast):
    words = metadata(filename="a.mp4", project=str(cast.project.pk), filetype="video/mp4")
    assert tus.create(0, 10, Upload_Metadata=f"{words},is_confidential").status == 201


def test_a_number_that_is_none_is_not_found(tus):
    answer = tus.create(0, 10, Upload_Metadata=metadata(filename="a", project="٣"))
    assert answer.status == 404


def test_a_viewer_of_the_system_is_never_more(cast):
    guest = user_make("guest", Role.VIEWER)
    Member.objects.create(project=cast.project, user=guest, role="manager")
    assert Tus(client_of(guest)).create(cast.project.pk, 10).status == 403


def test_a_storage_that_cannot_be_written_says_so(tus, cast, settings, tmp_path):
    blocked = tmp_path / "uploads"
    blocked.write_text("a file where the folder should be")
    settings.UPLOAD_ROOT = blocked

    answer = tus.create(cast.project.pk, 10)

    assert (answer.status, answer.code) == (503, "storage_unavailable")
    assert not Upload.objects.exists()
