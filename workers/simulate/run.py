"""Makes the files of a simulated pour, or single pictures for training."""

import json
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from workers.simulate.coco import CocoWriter
from workers.simulate.options import Difficulty, Options
from workers.simulate.planner import plan_pour
from workers.simulate.records import site_json, truth_json
from workers.simulate.scene import Picture, Scene

_MOMENT_STREAM = 6
_CARRY_S = 1.8
_KEY_FRAME_S = 2.0
_ANNOTATED_FPS = 5.0


def simulate(
    options: Options, folder: Path, on_progress: Callable[[float], None] | None = None
) -> None:
    """Write `video.mp4`, `coco.json`, `site.json` and `truth.json` into a folder.

    Each file appears only when it is complete.

    Args:
        options: what to make.
        folder: made if it is missing; files of an earlier run are replaced.
        on_progress: called with the share of the work that is done, 0-1.

    Raises:
        OSError: if the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    plan = plan_pour(options)
    scene = Scene(plan, options)
    part = folder / "video.mp4.part"
    try:
        with CocoWriter(folder / "coco.json", options) as coco:
            _write_video(scene, options, part, coco, on_progress)
        part.replace(folder / "video.mp4")
    finally:
        part.unlink(missing_ok=True)
    _write_json(folder / "site.json", site_json(plan, options))
    _write_json(folder / "truth.json", truth_json(plan, scene.look, options))


def render_scene(
    seed: int,
    *,
    difficulty: Difficulty = "middle",
    width: int = 960,
    height: int = 540,
    pictures: int = 1,
    idle_pokers: int | None = None,
) -> list[Picture]:
    """Return pictures of one pour with their boxes.

    Every second one shows the moments after a poker came out, which are rare in a video. They
    are compressed about as much as a video of this seed is.
    """
    options = Options(
        seed, difficulty=difficulty, width=width, height=height, idle_pokers=idle_pokers
    )
    scene = Scene(plan_pour(options), options)
    rng = np.random.default_rng((seed, _MOMENT_STREAM))
    ends = [one.end_s for one in scene.plan.insertions if not one.is_truncated]
    moments = [
        float(rng.choice(ends)) + float(rng.uniform(0.0, _CARRY_S))
        if ends and k % 2
        else float(rng.uniform(0, options.seconds))
        for k in range(pictures)
    ]
    # JPEG of this quality looks about like x264 at this rate factor.
    quality = 92 - 3 * (scene.look.crf - 20)
    return [_compressed(scene.picture(t), quality) for t in sorted(moments)]


def _compressed(picture: Picture, quality: int) -> Picture:
    bgr = np.ascontiguousarray(picture.image[:, :, ::-1])
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)
    return Picture(np.ascontiguousarray(decoded[:, :, ::-1]), picture.objects)


def _write_video(
    scene: Scene,
    options: Options,
    path: Path,
    coco: CocoWriter,
    on_progress: Callable[[float], None] | None,
) -> None:
    """Write the video, and the boxes of its annotated frames."""
    rate = Fraction(options.fps).limit_denominator(1001)
    count = max(round(options.seconds * rate), 1)
    step_s = 1 / _ANNOTATED_FPS
    next_annotated = 0
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = options.width, options.height, "yuv420p"
        # Macroblock trees come out a little different from one run to the next.
        stream.options = {
            "preset": "veryfast",
            "crf": str(scene.look.crf),
            "x264-params": "mbtree=0",
        }
        stream.gop_size = max(math.ceil(_KEY_FRAME_S * rate), 1)
        # One thread: the same bytes on every machine.
        stream.codec_context.thread_count = 1
        for number in range(count):
            pts_seconds = float(number / rate)
            # The first frame at or after each point of the grid, as in sampled analysis.
            is_annotated = pts_seconds >= next_annotated * step_s - 1e-9
            picture = scene.picture(pts_seconds, with_objects=is_annotated)
            if is_annotated:
                coco.add(number, pts_seconds, picture.objects)
                next_annotated = math.floor(pts_seconds / step_s + 1e-9) + 1
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture.image, format="rgb24")))
            if on_progress is not None:
                on_progress((number + 1) / count)
        container.mux(stream.encode())


def _write_json(path: Path, value: dict[str, Any]) -> None:
    part = path.with_name(path.name + ".part")
    try:
        text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
        part.write_text(text + "\n", encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
