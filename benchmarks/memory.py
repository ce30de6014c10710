"""Peak memory of the analysing process on a long video against a short one.

`python -m benchmarks.memory [--quick]`. The videos are one real video repeated without encoding
it again; the analysis runs as a process of its own, on one frame a second, so that the hour is
decoded in full and the run stays short.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import av

from benchmarks.measuring import REPOSITORY, TEST_DATA, report

VIDEO = TEST_DATA / "video" / "vtest.mp4"
WEIGHTS = TEST_DATA / "weights"
TARGET_RATIO = 1.1
MINUTE_S = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 minutes instead of 60")
    long_minutes = 3 if parser.parse_args().quick else 60
    with tempfile.TemporaryDirectory() as folder:
        peaks = {}
        for minutes in (1, long_minutes):
            path = Path(folder) / f"{minutes}.mp4"
            repeat_video(path, minutes * MINUTE_S)
            peaks[minutes] = peak_bytes(path)
    report(
        "memory",
        {
            "minutes": [1, long_minutes],
            "peak_mib": [round(peak / 2**20, 1) for peak in peaks.values()],
            "target_ratio": TARGET_RATIO,
            "ratio": round(peaks[long_minutes] / peaks[1], 3),
        },
    )


def repeat_video(path: Path, seconds: float) -> None:
    """Copy the packets of the video again and again, each time later, for `seconds`."""
    with av.open(str(path), "w") as target, av.open(str(VIDEO)) as source:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        assert stream.time_base
        assert stream.duration
        end = round(Fraction(seconds) / stream.time_base)
        for start in range(0, end, stream.duration):
            source.seek(0)
            for packet in source.demux(stream):
                if packet.dts is None or packet.pts is None or start + packet.dts >= end:
                    continue
                packet.pts += start
                packet.dts += start
                packet.stream = copy
                target.mux(packet)


def peak_bytes(video: Path) -> int:
    """Analyse a video in a process of its own and return its largest resident size."""
    command = [
        sys.executable, "-m", "workers", "analyse", str(video),
        "--detector", str(WEIGHTS / "yolox_nano.onnx"),
        "--classes", str(WEIGHTS / "coco_classes.txt"),
        "--fps", "1", "--out", str(video.with_suffix(".jsonl")),
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return usage.ru_maxrss * 1024


if __name__ == "__main__":
    main()
