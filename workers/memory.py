"""How freed memory is kept."""

import ctypes
from functools import cache

# glibc's numbers for mallopt(3).
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_KEPT_BYTES = 128 * 2**20
_LARGEST_BYTES = 32 * 2**20  # the most that glibc takes


@cache
def keep_freed_memory() -> None:
    """Let this process use the memory of one picture again for the next.

    glibc gives large blocks back to the system as soon as they are free, and getting new pages
    for every decoded picture costs more than converting it. Where the C library is another one,
    nothing changes.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGEST_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
