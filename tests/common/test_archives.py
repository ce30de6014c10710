"""Archives from outside stay within their folder and their limits."""

import io
import stat
import zipfile
from pathlib import Path

import pytest

from apps.common.archives import ArchiveLimits, archive_unpack
from apps.common.errors import Invalid
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
