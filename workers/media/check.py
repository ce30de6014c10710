"""Everything that is found out about an uploaded video."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.media.indexing import build_frame_index
from workers.media.probe import VideoFacts, probe_with_index


@dataclass(frozen=True, slots=True)
class CheckedVideo:
    """A video that can be analysed: its facts and the SHA-256 of its file in hex."""

    facts: VideoFacts
    sha256: str

    def to_json(self) -> dict[str, Any]:
        """Return `{"facts", "sha256"}` as JSON values."""
        return {"facts": self.facts.to_json(), "sha256": self.sha256}


def check_video(path: str | Path, index_path: str | Path) -> CheckedVideo:
    """Check that a video can be analysed, and save its frame index.

    Nothing is written unless the video is good, and nothing is said about a file that the disk
    does not give.

    Args:
        path: the video.
        index_path: where its `FrameIndex` goes.

    Raises:
        MediaError: why the video cannot be used.
        OSError: if the file cannot be read or the index cannot be written.
    """
    # First, because FFmpeg does not tell a disk that fails from a file that breaks off.
    with open(path, "rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    index = build_frame_index(path)
    facts = probe_with_index(path, index)
    index.save(index_path)
    return CheckedVideo(facts, sha256)
