"""What the analysis should say of the insertions of a simulated pour.

A poker that is dragged before it is withdrawn stays in two places; that it was dragged is another
matter (rule V05). Stays in one place with little time between them are one insertion, whoever
made them, as everywhere in the analysis.
"""

import json
from dataclasses import replace
from math import hypot
from pathlib import Path
from typing import Any

from benchmarks.pour_world import TrueInsertion
from workers.vibration.insertions import MERGE_GAP_S, TOUCH_S
from workers.vibration.stays import SAME_PLACE_M


def true_insertions(truth: Path) -> list[TrueInsertion]:
    """Read the `truth.json` of a simulated pour."""
    stays = [stay for one in json.loads(truth.read_text())["insertions"] for stay in _stays(one)]
    merged: list[TrueInsertion] = []
    for stay in sorted(stays, key=lambda stay: stay.start_s):
        index = next((k for k, one in enumerate(merged) if _is_one(one, stay)), None)
        if index is None:
            merged.append(stay)
        else:
            first = merged[index]
            held_out_s = first.held_out_s + stay.start_s - first.end_s
            merged[index] = replace(first, end_s=stay.end_s, held_out_s=held_out_s)
    return [one for one in merged if one.duration_s >= TOUCH_S]


def _stays(insertion: dict[str, Any]) -> list[TrueInsertion]:
    start_s, end_s = insertion["start_s"], insertion["end_s"]
    first = TrueInsertion(start_s, end_s, insertion["x_m"], insertion["y_m"])
    drag = insertion["drag"]
    if drag is None:
        return [first]
    second = TrueInsertion(drag["end_s"], end_s, drag["x_m"], drag["y_m"])
    return [replace(first, end_s=drag["start_s"]), second]


def _is_one(first: TrueInsertion, second: TrueInsertion) -> bool:
    is_soon = 0.0 <= second.start_s - first.end_s < MERGE_GAP_S
    return is_soon and hypot(first.x - second.x, first.y - second.y) < SAME_PLACE_M
