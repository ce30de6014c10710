"""Every payload of the event stream, typed: the one list of what a page can be told."""

from datetime import datetime
from typing import Any, Literal, TypedDict

# The shapes of API objects are kept by their serializers; an event carries them as they are.
ApiObject = dict[str, Any]


class ProjectPayload(TypedDict):
    id: int
    status: str


class SnapshotPayload(TypedDict):
    project: ProjectPayload
    run: ApiObject | None
    videos: list[ApiObject]


class ProgressPayload(TypedDict):
    run: int
    state: str
    progress: float
    frames_done: int
    frames_total: int
    frames_per_second: float | None
    seconds_left: float | None
    segments_done: int
    segments_total: int
    label_counts: dict[str, int]
    latest: ApiObject | None


class RunChanged(TypedDict):
    run: ApiObject


class VideoChanged(TypedDict):
    video: ApiObject


class VideoRemoved(TypedDict):
    video_removed: int


class ProjectChanged(TypedDict):
    project: ProjectPayload


class ClosedPayload(TypedDict):
    reason: Literal["access_removed", "logged_out", "project_deleted", "training_deleted"]


class InspectionSummary(TypedDict):
    state: str | None
    computed_at: datetime | None
    insertions: int
    findings: int
    to_review: int


class InspectionChanged(TypedDict):
    inspection: InspectionSummary


class FindingPayload(TypedDict):
    finding: int
    rule: str
    severity: str
    state: str


class ReportSummary(TypedDict):
    id: int
    state: str


class ReportChanged(TypedDict):
    report: ReportSummary


class TrainingPayload(TypedDict):
    training: ApiObject


class TrainingProgressPayload(TypedDict):
    training: int
    phase: str
    progress: float
    epoch: int
    seconds_left: float | None
    points: list[ApiObject]


StatePayload = (
    RunChanged | VideoChanged | VideoRemoved | ProjectChanged | InspectionChanged | ReportChanged
)
EventName = Literal["snapshot", "progress", "state", "finding", "closed"]
