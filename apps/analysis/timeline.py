"""Counts over time, small enough to keep for every segment and to add up for hours of video."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypedDict

SLOT_SECONDS = 0.25


class Summary(TypedDict):
    """What a segment showed, in slots of a quarter second on the video's clock."""

    first_slot: int
    # Frames analysed in each slot.
    analysed: list[int]
    # For each label the most objects in one frame of each slot.
    labels: dict[str, list[int]]


class Timeline(TypedDict):
    bin_seconds: float
    labels: dict[str, list[int]]
    analysed: list[int]


def summary_of(frames: Iterable[tuple[float, Sequence[str]]]) -> Summary:
    """Sum up frames, each given by its presentation time in seconds and its labels."""
    slots: dict[int, list[Counter[str]]] = {}
    for pts_seconds, labels in frames:
        slots.setdefault(int(pts_seconds // SLOT_SECONDS), []).append(Counter(labels))
    if not slots:
        return Summary(first_slot=0, analysed=[], labels={})
    first, last = min(slots), max(slots)
    summary = Summary(first_slot=first, analysed=[0] * (last - first + 1), labels={})
    for slot, counters in slots.items():
        summary["analysed"][slot - first] = len(counters)
        for counter in counters:
            for label, count in counter.items():
                row = summary["labels"].setdefault(label, [0] * (last - first + 1))
                row[slot - first] = max(row[slot - first], count)
    return summary


def timeline_of(summaries: Iterable[Summary], *, duration_seconds: float, bins: int) -> Timeline:
    """Spread the slots over at most `bins` equal bins, none finer than a slot."""
    bin_seconds = max(duration_seconds / bins, SLOT_SECONDS)
    count = max(1, min(bins, -int(-duration_seconds // bin_seconds)))
    timeline = Timeline(bin_seconds=bin_seconds, labels={}, analysed=[0] * count)
    for summary in summaries:
        places = [
            min(max(int((summary["first_slot"] + i) * SLOT_SECONDS / bin_seconds), 0), count - 1)
            for i in range(len(summary["analysed"]))
        ]
        for place, frames in zip(places, summary["analysed"], strict=True):
            timeline["analysed"][place] += frames
        for label, row in summary["labels"].items():
            target = timeline["labels"].setdefault(label, [0] * count)
            for place, most in zip(places, row, strict=True):
                target[place] = max(target[place], most)
    return timeline
