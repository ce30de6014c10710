"""The compute that reads foreign pictures, in a child process: a hostile file can only end one."""

from collections.abc import Callable
from pathlib import Path

from apps.common.errors import Invalid
from apps.common.workers_child import ChildCrashed, ChildTooDemanding, worker_run
from workers.datasets.pictures import Picture

# Turning thousands of large pictures, on a slow machine.
PICTURES_SECONDS = 3600.0


def take_pictures(source: Path, target: Path, *, check: Callable[[], None]) -> list[Picture]:
    """Every picture below `source`, upright, in `target`; raises WorkerError for a damaged one."""
    try:
        answer = worker_run(
            "pictures", str(source), "--out", str(target), seconds=PICTURES_SECONDS, check=check
        )
    except (ChildTooDemanding, ChildCrashed) as error:
        raise Invalid(
            f"The pictures cannot be examined: {error}.", code="pictures_broken"
        ) from error
    return [Picture(**entry) for entry in answer["pictures"]]
