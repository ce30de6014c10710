"""Where the commands write to."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def output(path: Path | None) -> Iterator[TextIO]:
    """Open stdout, or a file that appears only when it is complete."""
    if path is None:
        yield sys.stdout
        return
    if path.is_dir():  # found out at the end, it would cost all that was written
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    part = path.with_name(path.name + ".part")
    try:
        with open(part, "w", encoding="utf-8") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
