"""Zip archives from outside: unpacked within limits, never beyond their folder."""

import stat
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from apps.common.errors import Invalid

COPY_BYTES = 2**20
# What the systems that make archives put into them for themselves.
_LITTER = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})
# What zipfile and its decompressors were seen to raise on broken files.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OverflowError)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How many files an archive may hold, and how many bytes they may have together."""

    files: int
    total_bytes: int


def archive_unpack(
    archive: Path,
    folder: Path,
    *,
    limits: ArchiveLimits,
    check: Callable[[], None],
    progress: Callable[[float], None] = lambda _: None,
) -> Path:
    """Unpack into the new `folder`; the folder in it that holds the files.

    Raises Invalid with `archive_unreadable`, `archive_too_large` or `archive_unsafe`. Links are
    refused like paths that lead elsewhere; `check` is called often and may raise.
    """
    try:
        with zipfile.ZipFile(archive) as source:
            members = _members_checked(source, limits)
            total = sum(member.file_size for member in members) or 1
            done = 0
            folder.mkdir(parents=True)
            for member in members:
                target = folder / PurePosixPath(member.filename)
                target.parent.mkdir(parents=True, exist_ok=True)
                with source.open(member) as reader, open(target, "xb") as writer:
                    while chunk := reader.read(COPY_BYTES):
                        check()
                        done += len(chunk)
                        # The sizes in the directory are only what the archive says of itself.
                        if done > limits.total_bytes:
                            raise _too_large(limits)
                        writer.write(chunk)
                        progress(min(1.0, done / total))
    except _BROKEN as error:
        raise Invalid(f"The archive cannot be read: {error}.", code="archive_unreadable") from error
    except RuntimeError as error:  # what zipfile says of a password
        raise Invalid(
            "The archive is protected by a password.", code="archive_unreadable"
        ) from error
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise Invalid("The archive has a path twice.", code="archive_unsafe") from error
    return _content_folder(folder)


def _members_checked(source: zipfile.ZipFile, limits: ArchiveLimits) -> list[zipfile.ZipInfo]:
    members = []
    for member in source.infolist():
        path = PurePosixPath(member.filename)
        if member.is_dir() or _LITTER & set(path.parts):
            continue
        unsafe = path.is_absolute() or ".." in path.parts or "\\" in member.filename
        kind = stat.S_IFMT(member.external_attr >> 16)
        if unsafe or ":" in path.parts[0] or kind not in (0, stat.S_IFREG):
            raise Invalid(
                f"The archive holds {member.filename[:100]!r}, which is no plain file inside it.",
                code="archive_unsafe",
            )
        members.append(member)
        if len(members) > limits.files:
            raise Invalid(
                f"The archive holds more than {limits.files} files.", code="archive_too_large"
            )
    if not members:
        raise Invalid("There are no files in the archive.", code="archive_unreadable")
    if sum(member.file_size for member in members) > limits.total_bytes:
        raise _too_large(limits)
    return members


def _too_large(limits: ArchiveLimits) -> Invalid:
    return Invalid(
        f"The archive holds more than {limits.total_bytes // 2**20} MiB.", code="archive_too_large"
    )


def _content_folder(folder: Path) -> Path:
    """Archives of a folder hold the folder, archives of files hold files."""
    while True:
        entries = list(folder.iterdir())
        if len(entries) != 1 or not entries[0].is_dir():
            return folder
        folder = entries[0]
