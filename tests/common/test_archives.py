"""Archives from outside stay within their folder and their limits."""

import errno
import io
import stat
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from apps.common.archives import ArchiveLimits, archive_unpack
from apps.common.errors import InsufficientStorage, Invalid
from tests.detectors.models import zip_of

LIMITS = ArchiveLimits(files=3, total_bytes=1000)


def unpack(tmp_path: Path, data: bytes, limits: ArchiveLimits = LIMITS) -> Path:
    archive = tmp_path / "archive.zip"
    archive.write_bytes(data)
    return archive_unpack(archive, tmp_path / "out", limits=limits, check=lambda: None)


def refusal(tmp_path: Path, data: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        unpack(tmp_path, data)
    return refused.value.code


def test_a_folder_in_an_archive_is_found_and_litter_is_left_out(tmp_path: Path) -> None:
    files = {"model/config.json": b"{}", "model/a/b.txt": b"b", "__MACOSX/model/x": b"x"}
    folder = unpack(tmp_path, zip_of(files))
    assert folder == tmp_path / "out" / "model"
    assert (folder / "a" / "b.txt").read_bytes() == b"b"
    assert not (tmp_path / "out" / "__MACOSX").exists()


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "a\\..\\evil", "C:/evil"])
def test_paths_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path, zip_of({name: b"x"})) == "archive_unsafe"
    assert not (tmp_path / "evil").exists()


def test_links_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert refusal(tmp_path, out.getvalue()) == "archive_unsafe"


def test_a_path_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", b"1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a", b"2")
    assert refusal(tmp_path, out.getvalue()) == "archive_unsafe"


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    assert refusal(tmp_path, zip_of({"big": bytes(1001)})) == "archive_too_large"
    many = {str(number): b"" for number in range(4)}
    assert refusal(tmp_path, zip_of(many)) == "archive_too_large"
    assert not (tmp_path / "out").exists()
    assert unpack(tmp_path, zip_of({"fits": bytes(1000)})).is_dir()


def test_an_archive_that_lies_about_a_size_is_refused(tmp_path: Path) -> None:
    data = bytearray(zip_of({"big": bytes(5000)}))
    # the uncompressed size in the local header and in the directory
    for at in (22, data.rindex(b"PK\x01\x02") + 24):
        data[at : at + 4] = (10).to_bytes(4, "little")
    assert refusal(tmp_path, bytes(data)) in {"archive_unreadable", "archive_too_large"}


@pytest.mark.parametrize("data", [b"", b"no archive", zip_of({"a": b"x" * 900})[:-30], zip_of({})])
def test_what_cannot_be_read_is_refused(tmp_path: Path, data: bytes) -> None:
    assert refusal(tmp_path, data) == "archive_unreadable"


def test_a_directory_is_counted_before_its_entries_become_objects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    class Counted(zipfile.ZipInfo):
        def __init__(self, filename: str = "", *rest: Any) -> None:
            super().__init__(filename, *rest)
            made.append(filename)

    # Folders are no files, but cost as much: three entries for each file are let through.
    many = bytearray(zip_of({f"{number}/": b"" for number in range(10)}))
    fine = zip_of({**{f"{number}/": b"" for number in range(8)}, "a": b"x"})
    monkeypatch.setattr(zipfile, "ZipInfo", Counted)
    assert refusal(tmp_path, bytes(many)) == "archive_too_large"
    many[-12:-10] = many[-14:-12] = (1).to_bytes(2, "little")  # the numbers that it claims
    assert refusal(tmp_path, bytes(many)) == "archive_too_large"
    many[-10:-6] = (2**31).to_bytes(4, "little")  # the size that it claims
    assert refusal(tmp_path, bytes(many)) in {"archive_too_large", "archive_unreadable"}
    assert made == []
    assert unpack(tmp_path, fine).is_dir()


def with_64_bits(data: bytes) -> bytes:
    """The archive with its directory named by a record of 64 bits, which claims one entry."""
    end = len(data) - 22
    size, offset = struct.unpack("<LL", data[end + 12 : end + 20])
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, size, offset)
    pointer = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    return data[:end] + record + pointer + data[end : end + 8] + b"\xff" * 12 + data[end + 20 :]


def test_a_directory_of_64_bits_is_counted_too(tmp_path: Path) -> None:
    folders = {f"{number}/": b"" for number in range(10)}
    assert refusal(tmp_path, with_64_bits(zip_of({**folders, "a": b"x"}))) == "archive_too_large"
    assert unpack(tmp_path, with_64_bits(zip_of({"a": b"x"}))).is_dir()


@pytest.mark.parametrize("name", [".", "./.", "é" * 128, "/".join(["folder"] * 800)])
def test_paths_that_no_disk_takes_are_refused(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path, zip_of({name: b"x"})) == "archive_unsafe"


def test_a_name_of_255_bytes_is_taken(tmp_path: Path) -> None:
    name = "é" * 127 + "x"
    assert (unpack(tmp_path, zip_of({name: b"x"})) / name).read_bytes() == b"x"


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    data = zip_of({"a/b": b"x"})
    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(InsufficientStorage) as refused:
        unpack(tmp_path, data)
    assert refused.value.code == "disk_full"
