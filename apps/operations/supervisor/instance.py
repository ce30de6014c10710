"""One running system per data folder: a lock that dies with its holder, and who holds it."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict


class InstanceFacts(TypedDict):
    """What other processes may know of a running system."""

    pid: int
    address: str
    children: dict[str, int]  # name -> process id


class AlreadyRunning(Exception):
    """Another process runs the system on this data folder."""


def facts_path(data_dir: Path) -> Path:
    return data_dir / "up.json"


@contextmanager
def held(data_dir: Path) -> Iterator[None]:
    """Holds the data folder. The kernel lets go of the lock when this process ends, however."""
    descriptor = os.open(data_dir / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(_who(data_dir)) from None
        yield
        facts_path(data_dir).unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def facts_write(data_dir: Path, facts: InstanceFacts) -> None:
    part = data_dir / "up.json.part"
    part.write_text(json.dumps(facts), encoding="utf-8")
    part.replace(facts_path(data_dir))


def facts_read(data_dir: Path) -> InstanceFacts | None:
    try:
        facts: InstanceFacts = json.loads(facts_path(data_dir).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return facts


def _who(data_dir: Path) -> str:
    facts = facts_read(data_dir)
    holder = f"process {facts['pid']} at {facts['address']}" if facts else "another process"
    return f"The data folder {data_dir} is already in use by {holder}."
