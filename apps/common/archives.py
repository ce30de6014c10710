"""Zip archives from outside: unpacked within limits, never beyond their folder."""

import errno
import io
import stat
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from apps.common.errors import InsufficientStorage, Invalid
from apps.common.workers_child import DISK_FULL_CODE

COPY_BYTES = 2**20
# Folders and what systems put beside each file are entries too, but no files.
ENTRIES_PER_FILE = 3
# Of an entry in the directory: 46 bytes, a path, times and owners. Any directory may have a page.
ENTRY_BYTES = 512
DIRECTORY_BYTES = 2**16
ENTRY_SIGNATURE = b"PK\x01\x02"
# Of one folder or file in a path, on the file systems in use.
NAME_BYTES = 255
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

    Raises Invalid with `archive_unreadable`, `archive_too_large` or `archive_unsafe`, and
    InsufficientStorage. Links are refused like paths that lead elsewhere; `check` is called often
    and may raise.
    """
    try:
        _directory_guard(archive, limits)
        with zipfile.ZipFile(archive) as source:
            _members_write(source, folder, limits, check, progress)
    except _BROKEN as error:
        raise Invalid(f"The archive cannot be read: {error}.", code="archive_unreadable") from error
    except RuntimeError as error:  # what zipfile says of a password
        raise Invalid(
            "The archive is protected by a password.", code="archive_unreadable"
        ) from error
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise Invalid("The archive has a path twice.", code="archive_unsafe") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise InsufficientStorage(
                "The server's disk is too full to unpack the archive.", code=DISK_FULL_CODE
            ) from error
        if error.errno == errno.ENAMETOOLONG:
            raise _too_long() from error
        raise
    return _content_folder(folder)


def _directory_guard(archive: Path, limits: ArchiveLimits) -> None:
    """Let zipfile find and read the directory once with a limit, before it does so for good."""
    with _DirectoryReader(archive, limits) as reader:
        zipfile.ZipFile(reader).close()


class _DirectoryReader(io.FileIO):
    """An archive whose directory is counted before zipfile makes half a kilobyte of each entry.

    zipfile reads the whole directory at once, by a size that the archive claims; the number of
    entries that it claims means nothing.
    """

    def __init__(self, archive: Path, limits: ArchiveLimits) -> None:
        super().__init__(archive)
        self._limits = limits

    def read(self, size: int | None = -1, /) -> bytes:
        entries = ENTRIES_PER_FILE * self._limits.files
        if size is not None and size > max(entries * ENTRY_BYTES, DIRECTORY_BYTES):
            raise _too_many(self._limits)
        data = super().read(size)
        if data.count(ENTRY_SIGNATURE) > entries:
            raise _too_many(self._limits)
        return data


def _members_write(
    source: zipfile.ZipFile,
    folder: Path,
    limits: ArchiveLimits,
    check: Callable[[], None],
    progress: Callable[[float], None],
) -> None:
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


def _members_checked(source: zipfile.ZipFile, limits: ArchiveLimits) -> list[zipfile.ZipInfo]:
    members = []
    for member in source.infolist():
        path = PurePosixPath(member.filename)
        if member.filename.endswith("/") or _LITTER & set(path.parts):
            continue
        unsafe = path.is_absolute() or ".." in path.parts or "\\" in member.filename
        kind = stat.S_IFMT(member.external_attr >> 16)
        if unsafe or not path.name or ":" in path.parts[0] or kind not in (0, stat.S_IFREG):
            raise Invalid(
                f"The archive holds {member.filename[:100]!r}, which is no plain file inside it.",
                code="archive_unsafe",
            )
        if any(len(part.encode()) > NAME_BYTES for part in path.parts):
            raise _too_long()
        members.append(member)
        if len(members) > limits.files:
            raise _too_many(limits)
    if not members:
        raise Invalid("There are no files in the archive.", code="archive_unreadable")
    if sum(member.file_size for member in members) > limits.total_bytes:
        raise _too_large(limits)
    return members


def _too_many(limits: ArchiveLimits) -> Invalid:
    return Invalid(f"The archive holds more than {limits.files} files.", code="archive_too_large")


def _too_long() -> Invalid:
    return Invalid("The archive holds a path that is too long.", code="archive_unsafe")


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
