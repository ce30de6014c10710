"""How a run is cut into segments: from the stored frame index of each video, without decoding."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from apps.analysis.models import Run, Segment
from apps.projects.models import Video
from apps.projects.storage import FRAMES, video_path
from workers.media.frame_index import FrameIndex

# Part of every content key: raised when the same input would give other results than before.
RESULTS_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Sample:
    """The frames of a video that a run analyses."""

    index: FrameIndex
    frames: NDArray[np.int64]

    def between(self, first_frame: int, end_frame: int) -> NDArray[np.int64]:
        """The analysed frames in `[first_frame, end_frame)`."""
        start, end = np.searchsorted(self.frames, [first_frame, end_frame])
        return self.frames[start:end]


def sample_of(video: Video, fps: float | None) -> Sample:
    """Raises MediaError when the frame index cannot be read."""
    path = video_path(video.folder, FRAMES)
    return _sample(path, path.stat().st_mtime_ns if path.exists() else 0, fps)


@lru_cache(maxsize=2)
def _sample(path: Path, mtime_ns: int, fps: float | None) -> Sample:
    index = FrameIndex.load(path)
    return Sample(index=index, frames=index.sample(fps))


def segments_plan(run: Run, videos: list[Video]) -> list[Segment]:
    """The segments of a run in order, not saved; those without an analysed frame are left out."""
    settings_key = [
        run.detector.kind,
        run.detector_digest,
        run.detector.classes,
        run.score_threshold,
        run.nms_iou,
        run.code_version,
    ]
    if run.label_map:
        settings_key.append(run.label_map)
    planned: list[Segment] = []
    for video in videos:
        sample = sample_of(video, run.fps)
        for cut in sample.index.segments(settings.SEGMENT_SECONDS):
            frames = sample.between(cut.first_frame, cut.end_frame)
            if len(frames) == 0:
                continue
            planned.append(
                Segment(
                    video=video,
                    number=len(planned),
                    first_frame=cut.first_frame,
                    end_frame=cut.end_frame,
                    start_seconds=cut.start_seconds,
                    end_seconds=cut.end_seconds,
                    frames_total=len(frames),
                    content_key=_content_key(video.sha256, settings_key, frames),
                )
            )
    return planned


def _content_key(sha256: str, settings_key: list[object], frames: NDArray[np.int64]) -> str:
    """Equal for equal work: the same frames of the same content under the same settings."""
    digest = hashlib.sha256(json.dumps([sha256, settings_key]).encode())
    digest.update(np.ascontiguousarray(frames, dtype="<i8").tobytes())
    return digest.hexdigest()
