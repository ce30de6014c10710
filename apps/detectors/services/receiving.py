"""Files that come over the API to become models or evaluation sets, kept for a day."""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import timezone

from apps.accounts.models import User
from apps.common.async_views import uninterrupted
from apps.common.errors import InsufficientStorage, Invalid, NotFound, TooLarge
from apps.detectors.models import ReceivedFile
from apps.detectors.storage import path_remove, received_path
from apps.projects.storage import storage_errors

KEPT = timedelta(days=1)
BLOCK_BYTES = 2**20


async def file_receive(
    *, owner: User, filename: str, length: int | None, pieces: AsyncIterator[bytes | bytearray]
) -> ReceivedFile:
    """The file of a request's body; nothing stays of one that is cut off.

    Raises TooLarge, InsufficientStorage, or what `pieces` raises.
    """
    limit = max(settings.DETECTOR_MAX_BYTES, settings.EVALUATION_SET_MAX_BYTES)
    if length is not None and length > limit:
        raise _too_large(limit)
    id = uuid4()
    path = received_path(id)
    with storage_errors():
        path.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(path.parent).free
    if free - (length or 0) < settings.DISK_RESERVE_BYTES:
        raise InsufficientStorage(
            "The server's disk has too little room for this file.", code="disk_reserve_reached"
        )
    digest = hashlib.sha256()
    done = 0
    try:
        with storage_errors(), open(path, "xb") as file:
            block = bytearray()

            def write(data: bytearray) -> None:
                digest.update(data)
                file.write(data)

            async for piece in pieces:
                block += piece
                done += len(piece)
                if done > limit:
                    raise _too_large(limit)
                if len(block) >= BLOCK_BYTES:
                    full, block = block, bytearray()
                    await uninterrupted(asyncio.to_thread(write, full))
            await uninterrupted(asyncio.to_thread(write, block))
        if not done:
            raise Invalid("The file is empty.", code="file_empty")
        return await sync_to_async(ReceivedFile.objects.create)(
            id=id,
            owner=owner,
            filename=filename,
            size_bytes=done,
            sha256=digest.hexdigest(),
            expires_at=timezone.now() + KEPT,
        )
    except BaseException:
        path_remove(path)
        raise


def received_get_for(*, user: User, id: UUID) -> ReceivedFile:
    """One's own file that is still there."""
    found = ReceivedFile.objects.filter(pk=id, owner=user, expires_at__gt=timezone.now()).first()
    if found is None or not received_path(found.pk).is_file():
        message = "There is no such file, or it has expired: send it again."
        raise NotFound(message, fields={"file": [message]})
    return found


def received_sweep() -> None:
    """Forget what nobody came back for."""
    for file in ReceivedFile.objects.filter(expires_at__lte=timezone.now()):
        path_remove(received_path(file.pk))
        file.delete()


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"A file can have at most {limit} bytes.", code="file_too_large")
