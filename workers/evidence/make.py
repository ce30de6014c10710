"""The files of a finding's evidence."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
import numpy as np

from workers.errors import MediaError
from workers.evidence.names import CLIP, CROP, FILES, OVERLAY, STILL
from workers.evidence.pictures import annotated, detail
from workers.evidence.request import EvidenceRequest
from workers.media.container import file_url
from workers.media.decode import read_frames
from workers.media.frame_index import FrameIndex
from workers.media.proxy import Encoder
from workers.media.still import read_still, save_jpeg

BEFORE_S = AFTER_S = 5.0
CLIP_MAX_S = 90.0
"""What lasts longer is shown from its beginning."""


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file that was made, with the SHA-256 of its content in hex."""

    name: str
    sha256: str
    size_bytes: int


def make_evidence(
    video: str | Path, index_path: Path, request: EvidenceRequest, folder: Path
) -> list[EvidenceFile]:
    """Write the pictures and the clip of a finding into a folder.

    The still is the original picture; the detail is cut out of it and nothing is drawn on it. The
    clip begins `BEFORE_S` before the finding and ends `AFTER_S` after it, where the video has that
    much, and every browser plays it.

    Raises:
        MediaError: the video cannot be decoded there.
        OSError: a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    still = read_still(video, request.still_s, index_path).image
    save_jpeg(still, folder / STILL)
    save_jpeg(annotated(still, request), folder / OVERLAY)
    save_jpeg(detail(still, request), folder / CROP)
    _cut_clip(video, FrameIndex.load(index_path), request, folder / CLIP)
    return [_facts(folder / name) for name in FILES]


def _cut_clip(
    video: str | Path, index: FrameIndex, request: EvidenceRequest, out_path: Path
) -> None:
    start_s = max(0.0, request.start_s - BEFORE_S)
    end_s = min(request.end_s + AFTER_S, start_s + CLIP_MAX_S)
    first, last = index.number_at(start_s), index.number_at(end_s)
    frames = np.arange(first, last + 1, dtype=np.int64)
    part = out_path.with_name(out_path.name + ".part")
    encoder: Encoder | None = None
    origin_s = 0.0
    try:
        with av.open(
            file_url(part), mode="w", format="mp4", options={"movflags": "+faststart"}
        ) as container:
            for frame in read_frames(video, index, frames):
                if encoder is None:
                    encoder, origin_s = Encoder(container, frame.image), frame.pts_seconds
                encoder.add(frame.image, frame.pts_seconds - origin_s)
            if encoder is None:
                raise MediaError("video_not_decodable", "No picture of the clip can be decoded.")
            encoder.finish()
        os.replace(part, out_path)
    except av.error.FFmpegError as error:
        raise OSError(error.errno, error.strerror, str(out_path)) from error
    finally:
        part.unlink(missing_ok=True)


def _facts(path: Path) -> EvidenceFile:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return EvidenceFile(path.name, sha256, path.stat().st_size)
