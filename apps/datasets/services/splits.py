"""Which pictures train, validate and test."""

from collections import Counter
from typing import Literal

from django.db import transaction

from apps.common.errors import Invalid
from apps.datasets.models import Dataset, ImageState, Split
from workers.datasets.splitting import split_groups


def dataset_split(
    dataset: Dataset, *, by: Literal["video", "day"], val_share: float, test_share: float, seed: int
) -> dict[str, int]:
    """Give whole videos, or whole days, to the splits; how many pictures each got.

    Pictures whose day is not known go by their video.
    """
    keys: dict[int, str] = {}
    for pk, group, day in (
        dataset.images.exclude(state=ImageState.SKIPPED)
        .values_list("pk", "group", "day")
        .iterator()
    ):
        keys[pk] = f"day {day}" if by == "day" and day else group
    try:
        splits = split_groups(
            Counter(keys.values()), val_share=val_share, test_share=test_share, seed=seed
        )
    except ValueError as error:
        raise Invalid(f"The shares cannot be used: {error}.", code="split_invalid") from error
    counts = dict.fromkeys((Split.TRAIN.value, Split.VAL.value, Split.TEST.value), 0)
    with transaction.atomic():
        dataset.images.update(split=Split.NONE)
        for split in counts:
            members = [pk for pk, key in keys.items() if splits[key] == split]
            counts[split] = len(members)
            for start in range(0, len(members), 500):
                dataset.images.filter(pk__in=members[start : start + 500]).update(split=split)
    return counts
