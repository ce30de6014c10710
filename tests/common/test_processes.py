"""Child processes: what they say, what they may use, and that none is left."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from apps.common.processes import LimitExceeded, Limits, child_run

PLENTY = Limits(seconds=60, memory_bytes=2**30)


def run(code: str, limits: Limits = PLENTY, **options):
    command = [sys.executable, "-c", code]
    return child_run(
        command, folder=Path.cwd(), limits=limits, **{"check": lambda: None, **options}
    )


def test_a_child_that_ends_tells_how_and_what():
    result = run("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")
    assert (result.returncode, result.stdout, result.stderr) == (3, b"out\n", b"err\n")


def test_a_child_that_crashes_shows_its_signal():
    assert run("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)").returncode == -11


def test_lines_arrive_while_it_works():
    heard: list[tuple[str, float]] = []
    run(
        "import sys, time\n"
        "for i in range(3): print('progress', i, file=sys.stderr, flush=True); time.sleep(0.3)",
        on_line=lambda line: heard.append((line, time.monotonic())),
    )
    assert [line for line, _ in heard] == ["progress 0", "progress 1", "progress 2"]
    assert heard[2][1] - heard[0][1] > 0.3


def test_lines_that_were_heard_are_no_output_however_many():
    few = Limits(seconds=60, memory_bytes=2**30, output_bytes=4_000)
    code = (
        "import sys, time\n"
        "for i in range(8):\n"
        "    print(f'{i} ' + 'x' * 1500, file=sys.stderr, flush=True); time.sleep(0.3)"
    )
    heard: list[str] = []
    result = run(code, few, on_line=heard.append)
    assert [int(line.split()[0]) for line in heard] == list(range(8))
    # The last words are kept, not the first: 4,000 bytes are two lines of 1,503 and a part.
    assert [line[0] for line in result.stderr.decode().splitlines()[1:]] == ["6", "7"]
    with pytest.raises(LimitExceeded, match="output"):
        run(code, few)


@pytest.mark.parametrize(
    ("code", "limits", "reason"),
    [
        ("import time; time.sleep(60)", Limits(0.5, 2**30), "longer than"),
        ("x = bytes(300 * 2**20); x = bytearray(x); import time; time.sleep(60)",
         Limits(60, 100 * 2**20), "100 MiB of memory"),
        ("while True: print('x' * 10000)", Limits(60, 2**30, output_bytes=10**6), "output"),
        ("import sys\nwhile True: print('x' * 10000, file=sys.stderr)",
         Limits(60, 2**30, output_bytes=10**6), "output"),
    ],
)  # fmt: skip
def test_a_child_that_takes_too_much_is_killed(code, limits, reason):
    with pytest.raises(LimitExceeded, match=reason):
        run(code, limits, on_line=lambda _: None)
    assert no_children_left()


def test_a_check_that_raises_kills_the_child_and_what_it_started():
    class Stop(Exception):
        pass

    started = time.monotonic()

    def check() -> None:
        if time.monotonic() - started > 1:
            raise Stop

    with pytest.raises(Stop):
        run(
            "import subprocess, sys, time\n"
            "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
            "time.sleep(60)",
            check=check,
        )
    assert no_children_left()


def no_children_left() -> bool:
    """Of those that run Python code given on the command line."""
    time.sleep(0.2)
    return not [
        child
        for child in psutil.Process().children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE and child.cmdline()[1:2] == ["-c"]
    ]


def test_a_child_does_not_outlive_a_parent_that_is_killed(tmp_path):
    pid_file = tmp_path / "pid"
    child = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    parent = (
        "import sys; from pathlib import Path\n"
        "from apps.common.processes import Limits, child_run\n"
        f"child_run([sys.executable, '-c', {child!r}], folder=Path('.'),\n"
        "          limits=Limits(60, 2**30), check=lambda: None)"
    )
    process = subprocess.Popen([sys.executable, "-c", parent], env={**os.environ})
    while not (pid_file.exists() and pid_file.read_text()):
        time.sleep(0.05)
    process.kill()
    process.wait()

    pid = int(pid_file.read_text())
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not psutil.pid_exists(pid)
