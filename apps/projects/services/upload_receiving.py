"""Bytes of an upload on their way to disk: never more than a block of them in memory."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from io import FileIO

from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import timezone

from apps.common.async_views import uninterrupted
from apps.common.errors import Conflict, DomainError, TooLarge
from apps.common.metrics import UPLOAD_BYTES
from apps.projects.models import Upload, Video
from apps.projects.services.upload_locks import UploadGone, upload_lock
from apps.projects.services.uploads import upload_finish
from apps.projects.storage import storage_errors
from apps.projects.tus import Checksum

# Every block is a journey to another thread and back; more of it arrives meanwhile.
BLOCK_BYTES = 2**20


class ChecksumMismatch(DomainError):
    code = "checksum_mismatch"
    status = 460  # the number that tus gives it


@dataclass(frozen=True, slots=True)
class Received:
    """Where an upload stands after a chunk; the video if that was the last one."""

    offset: int
    expires_at: datetime
    video: Video | None


class ChunkWriter:
    """The one writer of an upload: appends a chunk to its file, and can take it back."""

    def __init__(self, file: FileIO, upload: Upload, checksum: Checksum | None) -> None:
        self.file = file
        self.upload = upload
        self.offset = self._start = file.seek(0, os.SEEK_END)
        self._checksum = checksum
        self._hash = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None

    def check(self, offset: int, length: int | None) -> None:
        """Refuse a chunk that does not belong here before any of it is written."""
        if offset != self.offset:
            raise Conflict(f"The upload stands at {self.offset}.", code="upload_offset_wrong")
        if length is not None:
            self._check_end(length)

    def write(self, block: bytearray) -> None:
        self._check_end(len(block))
        rest = memoryview(block)
        while rest:
            with storage_errors():
                written = self.file.write(rest)
            self.offset += written
            rest = rest[written:]
        UPLOAD_BYTES.inc(len(block))
        if self._hash:
            self._hash.update(block)

    def verify(self) -> None:
        if self._checksum and self._hash and self._hash.digest() != self._checksum.digest:
            raise ChecksumMismatch("The bytes do not match their Upload-Checksum.")

    def take_back(self, error: BaseException) -> None:
        """What is on disk stays a prefix of the file; with a checksum, all or nothing."""
        if self._checksum or isinstance(error, TooLarge):
            self.file.truncate(self._start)
            self.offset = self._start

    def _check_end(self, length: int) -> None:
        if self.offset + length > self.upload.size_bytes:
            raise TooLarge("The upload is longer than its Upload-Length.", code="upload_too_long")


def chunk_begin(
    upload: Upload, *, offset: int, length: int | None, checksum: Checksum | None
) -> ChunkWriter:
    """The writer for a chunk of `length` bytes at `offset`; closing its file lets others write."""
    file = upload_lock(upload.id)
    try:
        # Only under the lock is it sure that nobody finished or deleted it while we came here.
        writer = ChunkWriter(file, _unfinished(upload), checksum)
        writer.check(offset, length)
    except BaseException:
        file.close()
        raise
    return writer


def _unfinished(upload: Upload) -> Upload:
    now = timezone.now()
    try:
        fresh = Upload.objects.get(pk=upload.pk, video=None, expires_at__gt=now)
    except Upload.DoesNotExist:
        raise UploadGone from None
    # Who is still writing is not forgotten; half of the time, because writing this row for every
    # chunk would cost more than the chunk.
    if fresh.expires_at < now + settings.UPLOAD_EXPIRES_AFTER / 2:
        fresh.expires_at = now + settings.UPLOAD_EXPIRES_AFTER
        fresh.save(update_fields=["expires_at"])
    return fresh


async def chunk_receive(writer: ChunkWriter, pieces: AsyncIterator[bytes | bytearray]) -> Received:
    """Append what arrives, and make the video when it is all there."""
    upload = writer.upload
    try:
        await _append(writer, pieces)
        video = None
        if writer.offset == upload.size_bytes:
            video = await uninterrupted(sync_to_async(upload_finish)(upload.pk))
        return Received(writer.offset, upload.expires_at, video)
    finally:
        writer.file.close()


async def _append(writer: ChunkWriter, pieces: AsyncIterator[bytes | bytearray]) -> None:
    try:
        block = bytearray()
        try:
            async for piece in pieces:
                block += piece
                if len(block) >= BLOCK_BYTES:
                    full, block = block, bytearray()
                    await uninterrupted(asyncio.to_thread(writer.write, full))
        finally:
            # Also what came before the client went away.
            if block:
                await uninterrupted(asyncio.to_thread(writer.write, block))
        writer.verify()
    except (asyncio.CancelledError, DomainError) as error:
        writer.take_back(error)
        raise
