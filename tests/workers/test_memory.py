import resource
import sys
import threading

import numpy as np
import pytest

from workers.memory import keep_freed_memory


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux for page faults")
def test_pictures_one_after_the_other_need_no_new_pages() -> None:
    faults: list[int] = []

    def fill() -> None:
        for _ in range(20):
            before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
            pictures = [np.full(3 * 640 * 480, 7, np.uint8) for _ in range(8)]
            faults.append(resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before)
            del pictures

    keep_freed_memory()
    thread = threading.Thread(target=fill)
    thread.start()
    thread.join()
    # Eight pictures have 1,800 pages.
    assert sum(faults[-10:]) < 100
