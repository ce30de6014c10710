"""Serving a file over HTTP: byte ranges, validators, and never more than a block in memory."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from http import HTTPStatus
from io import FileIO
from pathlib import Path

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import http_date, parse_etags
from rest_framework.request import Request

from apps.common.async_views import uninterrupted
from apps.common.errors import DomainError, NotFound

BLOCK_BYTES = 2**18

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class RangeNotSatisfiable(DomainError):
    code = "range_not_satisfiable"
    status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE

    def __init__(self, size_bytes: int) -> None:
        super().__init__(
            f"The file has {size_bytes} bytes.", headers={"Content-Range": f"bytes */{size_bytes}"}
        )


def parse_range(header: str, size_bytes: int) -> tuple[int, int] | None:
    """The half-open byte range that a `Range` header asks for; None to send everything.

    Several ranges at once, and what cannot be read, may be answered with everything (RFC 9110).
    """
    match = _RANGE.fullmatch(header.replace(" ", ""))
    if match is None:
        return None
    first, last = match.groups()
    if first:
        start = int(first)
        end = min(int(last) + 1, size_bytes) if last else size_bytes
        if last and int(last) < start:
            return None
    elif last:
        start, end = max(0, size_bytes - int(last)), size_bytes
    else:
        return None
    if start >= size_bytes:
        raise RangeNotSatisfiable(size_bytes)
    return start, end


async def file_response(request: Request, path: Path, *, content_type: str) -> HttpResponseBase:
    """The answer to GET or HEAD for a file."""
    try:
        file = await uninterrupted(asyncio.to_thread(FileIO, path, "r"))
    except FileNotFoundError:
        raise NotFound("This file is not there any more.") from None
    try:
        facts = os.fstat(file.fileno())
        response = _answer(request, file, facts, content_type)
    except DomainError:
        file.close()
        raise
    if response.streaming:
        # Called when the answer was sent; its iterator closes the file when the client leaves.
        response._resource_closers.append(file.close)  # type: ignore[attr-defined]
    else:
        file.close()
    response["ETag"] = _etag(facts)
    response["Last-Modified"] = http_date(facts.st_mtime)
    response["Accept-Ranges"] = "bytes"
    return response


def _answer(
    request: Request, file: FileIO, facts: os.stat_result, content_type: str
) -> HttpResponseBase:
    etag = _etag(facts)
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if "*" in known or etag in {tag.removeprefix("W/") for tag in known}:
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    if request.method == "HEAD":
        return HttpResponse(
            content_type=content_type, headers={"Content-Length": str(facts.st_size)}
        )
    part = None
    if request.headers.get("If-Range", etag) in (etag, http_date(facts.st_mtime)):
        part = parse_range(request.headers.get("Range", ""), facts.st_size)
    start, end = part or (0, facts.st_size)
    response = StreamingHttpResponse(
        _blocks(file, start, end),
        status=HTTPStatus.PARTIAL_CONTENT if part else HTTPStatus.OK,
        content_type=content_type,
        headers={"Content-Length": str(end - start)},
    )
    if part:
        response["Content-Range"] = f"bytes {start}-{end - 1}/{facts.st_size}"
    return response


def _etag(facts: os.stat_result) -> str:
    """Files here are replaced, never changed, so these two tell versions apart."""
    return f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'


async def _blocks(file: FileIO, start: int, end: int) -> AsyncIterator[bytes]:
    with file:
        file.seek(start)
        while start < end:
            block = await uninterrupted(asyncio.to_thread(file.read, min(BLOCK_BYTES, end - start)))
            if not block:  # cut short on disk: a short answer shows as an error, as it must
                return
            start += len(block)
            yield block
