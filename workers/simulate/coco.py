"""Ground truth boxes in COCO's format, written while the video is made."""

import json
import shutil
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from workers.simulate.labels import LABELS, Labelled
from workers.simulate.options import Options

_CATEGORY_IDS = {label: number for number, label in enumerate(LABELS, start=1)}


class CocoWriter:
    """Writes a COCO file piece by piece, so that memory does not grow with the video.

    Used as a context; the file appears when it is left without an error.
    """

    def __init__(self, path: Path, options: Options) -> None:
        self._path = path
        self._options = options
        self._images_path = path.with_name(path.name + ".images.part")
        self._annotations_path = path.with_name(path.name + ".part")
        self._images_count = 0
        self._annotations_count = 0
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._images = self._open.enter_context(open(self._images_path, "w", encoding="utf-8"))
        self._annotations = self._open.enter_context(
            open(self._annotations_path, "w", encoding="utf-8")
        )
        info = {
            "description": "Simulated concrete pour",
            "difficulty": self._options.difficulty,
            "seed": self._options.seed,
            "video": "video.mp4",
        }
        categories = [{"id": number, "name": label} for label, number in _CATEGORY_IDS.items()]
        self._annotations.write(
            f'{{"info": {json.dumps(info)},\n"categories": {json.dumps(categories)},\n'
            '"annotations": ['
        )
        return self

    def add(self, frame: int, pts_seconds: float, objects: tuple[Labelled, ...]) -> None:
        """Add one frame and what is seen in it; boxes become x, y, width, height in pixels."""
        self._images_count += 1
        image = {
            "id": self._images_count,
            "file_name": f"frame_{frame:06d}.jpg",
            "width": self._options.width,
            "height": self._options.height,
            "frame": frame,
            "pts_seconds": round(pts_seconds, 6),
        }
        separator = ",\n" if self._images_count > 1 else "\n"
        self._images.write(separator + json.dumps(image))
        for one in objects:
            self._annotations_count += 1
            separator = ",\n" if self._annotations_count > 1 else "\n"
            self._annotations.write(separator + json.dumps(self._annotation(one)))

    def _annotation(self, one: Labelled) -> dict[str, Any]:
        x1, y1, x2, y2 = one.box
        width, height = round(x2 - x1, 2), round(y2 - y1, 2)
        return {
            "id": self._annotations_count,
            "image_id": self._images_count,
            "category_id": _CATEGORY_IDS[one.label],
            "bbox": [x1, y1, width, height],
            "area": round(width * height, 2),
            "iscrowd": 0,
            "track_id": one.track_id,
            "visibility": one.visibility,
        }

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._open.close()
            self._images_path.unlink(missing_ok=True)
            self._annotations_path.unlink(missing_ok=True)

    def _finish(self) -> None:
        self._images.flush()
        self._annotations.write('\n],\n"images": [')
        with open(self._images_path, encoding="utf-8") as images:
            shutil.copyfileobj(images, self._annotations)
        self._annotations.write("\n]}\n")
        self._open.close()
        self._annotations_path.replace(self._path)
