"""A tus client for tests: over Django's test client, or over the network to a real server."""

import base64
import json
from dataclasses import dataclass
from typing import Any

import httpx
from rest_framework.test import APIClient

UPLOADS = "/api/v1/uploads/"
OFFSET_TYPE = "application/offset+octet-stream"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Any
    body: bytes

    @property
    def code(self) -> str:
        return str(self.json()["code"])

    def json(self) -> Any:
        return json.loads(self.body)


class Tus:
    """Speaks tus 1.0.0 as one person."""

    def __init__(self, client: APIClient | httpx.Client) -> None:
        self.client = client

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Header names with `_` for `-`; an empty value leaves a header out."""
        sent = {"Tus-Resumable": "1.0.0"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in sent.items() if value}
        if isinstance(self.client, httpx.Client):
            address = self.client.base_url.join(path)  # else it would go below the base's path
            answer = self.client.request(method, address, content=body, headers=sent)
            return Answer(answer.status_code, answer.headers, answer.content)
        kind = sent.pop("Content-Type", "")
        local: Any = self.client.generic(
            method,
            path,
            body,  # type: ignore[arg-type]  # the stubs know only text
            content_type=kind,
            headers=sent,
        )
        return Answer(local.status_code, local.headers, local.content)

    def create(
        self,
        project: int | str,
        size: int | str,
        filename: str = "pour.mp4",
        body: bytes = b"",
        **headers: str,
    ) -> Answer:
        """POST; with a body it is creation-with-upload."""
        given = {
            "Upload_Length": str(size),
            "Upload_Metadata": metadata(filename=filename, project=str(project)),
            **({"Content_Type": OFFSET_TYPE} if body else {}),
            **headers,
        }
        return self.request("POST", UPLOADS, body, **given)

    def begin(self, project: int, size: int, **options: Any) -> str:
        """The address of a new upload."""
        answer = self.create(project, size, **options)
        assert answer.status == 201, answer.body
        return str(answer.headers["Location"])

    def append(self, path: str, offset: int, body: bytes, **headers: str) -> Answer:
        given = {"Upload_Offset": str(offset), "Content_Type": OFFSET_TYPE, **headers}
        return self.request("PATCH", path, body, **given)

    def offset(self, path: str) -> int:
        answer = self.request("HEAD", path)
        assert answer.status == 200, answer.status
        return int(answer.headers["Upload-Offset"])

    def upload(self, project: int, body: bytes, filename: str = "pour.mp4") -> int:
        """The whole file at once; the id of its video."""
        answer = self.create(project, len(body), filename, body)
        assert answer.status == 201, answer.body
        return int(answer.headers["CVD-Video-Id"])


def metadata(**values: str) -> str:
    return ",".join(f"{key} {base64_of(value.encode())}" for key, value in values.items())


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()
