"""A project with a real video in a real system, looked at through the API."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.stack import Stack, wait_for

FINAL = {"completed", "failed", "cancelled"}
# A lost worker's lease runs out this soon.
LEASE = {"CVD_JOB_LEASE_SECONDS": "3"}


@dataclass
class Site:
    """One project of its own; every question is tried again while the server is away."""

    stack: Stack
    api: httpx.Client
    project: int

    def start(self, *, fps: float | None) -> int:
        answer = self.api.post(
            f"projects/{self.project}/start/", json={"detector": "hog", "fps": fps}
        )
        assert answer.status_code == 202, answer.text
        return int(answer.json()["id"])

    def get(self, path: str, **params: Any) -> Any:
        def ask() -> httpx.Response | None:
            try:
                answer = self.api.get(path, params=params)
            except httpx.TransportError:
                return None
            if answer.status_code == 503:
                return None
            assert answer.status_code == 200, answer.text
            return answer

        return wait_for(ask, timeout_s=60, message=f"{path} did not recover").json()

    def run(self, run: int) -> dict[str, Any]:
        return dict(self.get(f"runs/{run}/"))

    def wait_frames(self, run: int, *, at_least: int) -> None:
        wait_for(
            lambda: self.run(run)["frames_done"] >= at_least,
            timeout_s=90,
            message=f"run {run} does not move: {self.run(run)}",
        )

    def wait_end(self, run: int, *, timeout_s: float = 150) -> dict[str, Any]:
        wait_for(
            lambda: self.run(run)["state"] in FINAL,
            timeout_s=timeout_s,
            message=f"run {run} did not end: {self.run(run)}",
        )
        return self.run(run)

    def frames(self, run: int) -> list[int]:
        """The numbers of all analysed frames, in the order they are given."""
        numbers: list[int] = []
        page = self.get(f"runs/{run}/frames/", limit=5000)
        while True:
            numbers += [result["frame"] for result in page["results"]]
            if page["next"] is None:
                return numbers
            page = self.get(page["next"])


def site_make(stack: Stack, file: Path) -> Site:
    """Uploads the file into a new project and waits until it can be analysed."""
    api = stack.admin
    project = api.post("projects/", json={"name": "Slab", "description": ""}).json()["id"]
    words = {"filename": file.name, "project": str(project)}
    metadata = ",".join(
        f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in words.items()
    )
    created = api.post(
        "uploads/",
        content=file.read_bytes(),
        headers={
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(file.stat().st_size),
            "Upload-Metadata": metadata,
            "Content-Type": "application/offset+octet-stream",
        },
    )
    assert created.status_code == 201, created.text
    site = Site(stack, api, project)

    def is_ready() -> bool:
        [video] = site.get(f"projects/{project}/")["videos"]
        assert video["state"] != "rejected", video
        return bool(video["state"] == "ready")

    wait_for(is_ready, timeout_s=60)
    return site
