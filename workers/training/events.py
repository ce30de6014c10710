"""What a training tells while it goes on."""

from collections.abc import Callable
from typing import Literal, TypedDict

Phase = Literal["preparing", "training", "evaluating", "saving"]


class PhaseEvent(TypedDict):
    """A phase begins or, while preparing, goes on."""

    kind: Literal["phase"]
    phase: Phase
    progress: float
    """Share of the whole training that is done, 0-1."""


class StepEvent(TypedDict):
    """Steps were made since the last event; at most a few events a second."""

    kind: Literal["step"]
    epoch: int
    step: int
    steps: int
    loss: float
    learning_rate: float
    progress: float
    seconds_left: float


class EpochEvent(TypedDict):
    """An epoch is over; the figures are None where there was nothing to judge on."""

    kind: Literal["epoch"]
    epoch: int
    epochs: int
    step: int
    loss: float
    AP: float | None
    AP50: float | None
    per_class: dict[str, dict[str, float | None]]
    input_size: list[int]
    is_best: bool
    progress: float
    seconds_left: float


Event = PhaseEvent | StepEvent | EpochEvent
OnEvent = Callable[[Event], None]


def describe(event: Event) -> str:
    """Return one line about an event, for people."""
    if event["kind"] == "phase":
        return f"{event['phase']} ({event['progress']:.0%})"
    left = f"{event['seconds_left']:.0f} s left"
    if event["kind"] == "step":
        return f"step {event['step']} of {event['steps']}: loss {event['loss']:.3f}, {left}"
    judged = "" if event["AP"] is None else f", AP {event['AP']:.3f}"
    best = " (best)" if event["is_best"] else ""
    return (
        f"epoch {event['epoch']} of {event['epochs']}: loss {event['loss']:.3f}"
        f"{judged}{best}, {left}"
    )
