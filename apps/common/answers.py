"""What apps below ask of apps further up, by import string: loaded when it is asked."""

from collections.abc import Collection
from datetime import date

from django.utils.module_loading import import_string

# def answer(video_ids: Collection[int]) -> dict[int, date]
RECORDING_DAYS = "apps.inspection.selectors.clock.recording_days"


def recording_days(video_ids: Collection[int]) -> dict[int, date]:
    """The day on site at the first frame of each video, where the wall clock is known."""
    days: dict[int, date] = import_string(RECORDING_DAYS)(video_ids)
    return days
