"""Reading server-sent events as a browser does."""

import json
import queue
import threading
from dataclasses import dataclass
from typing import Any, Self

import httpx


@dataclass(frozen=True)
class Told:
    id: str
    name: str
    data: Any


class Reader:
    """Reads a stream in a thread of its own; `next()` waits for the next event."""

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        cookie: str = "",
        last_event_id: str = "",
        origin: str = "",
    ) -> None:
        headers = {"Origin": origin} if origin else {}
        if token:
            headers["Authorization"] = f"Token {token}"
        if cookie:
            headers["Cookie"] = cookie
        if last_event_id:
            headers["Last-Event-ID"] = last_event_id
        self._client = httpx.Client(timeout=60, trust_env=False)
        self.response = self._client.send(
            self._client.build_request("GET", url, headers=headers), stream=True
        )
        assert self.response.status_code == 200, self.response.read()
        self.comments: list[str] = []
        self._events: queue.Queue[Told | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def next(self, *, timeout_s: float = 10.0) -> Told:
        """The next event; fails when the stream ends first."""
        told = self._events.get(timeout=timeout_s)
        assert told is not None, "the stream has ended"
        return told

    def next_named(self, name: str, *, timeout_s: float = 10.0) -> Told:
        while (told := self.next(timeout_s=timeout_s)).name != name:
            pass
        return told

    def wait_end(self, *, timeout_s: float = 10.0) -> None:
        """Fails when there is another event before the end."""
        assert self._events.get(timeout=timeout_s) is None

    def is_silent(self, *, for_s: float = 0.5) -> bool:
        try:
            return self._events.get(timeout=for_s) is None
        except queue.Empty:
            return True

    def close(self) -> None:
        self.response.close()
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self) -> None:
        fields: dict[str, str] = {}
        try:
            for line in self.response.iter_lines():
                if line.startswith(":"):
                    self.comments.append(line)
                elif line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif "data" in fields:
                    if fields["event"] != "alive":
                        data = json.loads(fields["data"])
                        self._events.put(Told(fields["id"], fields["event"], data))
                    fields = {}
        except (httpx.HTTPError, httpx.StreamError):
            pass
        self._events.put(None)
