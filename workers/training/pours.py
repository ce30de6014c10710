"""Pictures of simulated pours, to train and to judge on."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2

from workers.device import cpu_count, use_one_thread_per_call
from workers.simulate import render_scene
from workers.simulate.options import Difficulty
from workers.training.files import whole_file

SIZE = (960, 540)
_QUALITY = 95
# Of ten pours seven are as hard as the ones that the detector is judged on.
_MIXED: tuple[Difficulty, ...] = (
    "middle", "middle", "hard", "middle", "middle", "easy", "middle", "hard", "middle", "middle",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pours:
    """Which pours are rendered.

    Attributes:
        seeds: one pour each.
        pictures: of each pour.
        difficulty: of all of them; None for a mixture.
        labels: what is labelled in them.
        idle_pokers: how many lie on the ground; None for one or none, as the difficulty has it.
    """

    seeds: range
    pictures: int
    difficulty: Difficulty | None
    labels: tuple[str, ...]
    idle_pokers: int | None = None

    def difficulty_of(self, seed: int) -> Difficulty:
        """Return how hard a pour is."""
        return self.difficulty or _MIXED[seed % len(_MIXED)]


def render_pours(
    pours: Pours, coco: Path, on_progress: Callable[[float], None] = lambda _: None
) -> None:
    """Render pictures with their boxes; what is there from an earlier time is taken.

    Args:
        coco: the file for the boxes; the pictures go beside it.
        on_progress: called with the share that is done, 0-1.
    """
    folder = coco.parent
    folder.mkdir(parents=True, exist_ok=True)
    scenes = []
    with ProcessPoolExecutor(cpu_count(), initializer=use_one_thread_per_call) as pool:
        for scene in pool.map(partial(_render_pour, pours, folder), pours.seeds):
            scenes.append(scene)
            on_progress(len(scenes) / len(pours.seeds))
    with whole_file(coco) as part:
        part.write_text(json.dumps(_to_coco(scenes, pours.labels)))


def _render_pour(pours: Pours, folder: Path, seed: int) -> list[dict[str, Any]]:
    """Return `{"name", "objects": [[label, x1, y1, x2, y2]]}` for each picture of a pour."""
    notes = folder / f"{seed:07d}.json"
    if notes.is_file():
        written: list[dict[str, Any]] = json.loads(notes.read_text())
        return written
    width, height = SIZE
    scene = render_scene(
        seed,
        difficulty=pours.difficulty_of(seed),
        width=width,
        height=height,
        pictures=pours.pictures,
        idle_pokers=pours.idle_pokers,
    )
    rows = []
    for number, picture in enumerate(scene):
        name = f"{seed:07d}_{number}.jpg"
        with whole_file(folder / name) as part:
            bgr = picture.image[:, :, ::-1]
            _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
            part.write_bytes(data.tobytes())
        objects = [[one.label, *one.box] for one in picture.objects]
        rows.append({"name": name, "objects": objects})
    with whole_file(notes) as part:
        part.write_text(json.dumps(rows))
    return rows


def _to_coco(scenes: Sequence[list[dict[str, Any]]], labels: Sequence[str]) -> dict[str, Any]:
    numbers = {label: number for number, label in enumerate(labels, start=1)}
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for row in (row for scene in scenes for row in scene):
        images.append(
            {
                "id": len(images) + 1,
                "file_name": row["name"],
                "width": SIZE[0],
                "height": SIZE[1],
            }
        )
        for label, x1, y1, x2, y2 in row["objects"]:
            if label in numbers:
                annotations.append(
                    {
                        "id": len(annotations) + 1,
                        "image_id": len(images),
                        "category_id": numbers[label],
                        "bbox": [x1, y1, x2 - x1, y2 - y1],
                        "area": (x2 - x1) * (y2 - y1),
                        "iscrowd": 0,
                    }
                )
    categories = [{"id": number, "name": label} for label, number in numbers.items()]
    return {"images": images, "annotations": annotations, "categories": categories}
