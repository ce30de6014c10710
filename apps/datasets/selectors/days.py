"""The days that pictures show."""

from collections import defaultdict
from datetime import date

from apps.common.answers import recording_days
from apps.datasets.models import Dataset


def days_of_groups(dataset: Dataset) -> dict[str, date]:
    """One day for all pictures of a group, also when the same content was sent on several days.

    That of the recording, where the site of a project tells it, else that of the first upload.
    Groups whose day nobody knows are left out.
    """
    images = dataset.images.order_by().values_list("group", "video", "day").distinct()
    rows = [(group, video, day) for group, video, day in images if day is not None]
    recorded = recording_days({video for _, video, _ in rows if video is not None})
    of_recording: dict[str, set[date]] = defaultdict(set)
    of_upload: dict[str, set[date]] = defaultdict(set)
    for group, video, day in rows:
        of_upload[group].add(day)
        if video in recorded:
            of_recording[group].add(recorded[video])
    return {group: min(of_recording.get(group, days)) for group, days in of_upload.items()}
