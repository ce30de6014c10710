"""Which pictures train, validate and test."""

from collections import Counter, defaultdict
from datetime import date
from typing import Literal

from django.db import transaction

from apps.common.errors import Invalid
from apps.datasets.models import Dataset, ImageState, Split
from apps.datasets.selectors.days import days_of_groups
from workers.datasets.splitting import split_groups


def dataset_split(
    dataset: Dataset, *, by: Literal["video", "day"], val_share: float, test_share: float, seed: int
) -> dict[str, int]:
    """Give whole videos, or whole days, to the splits; how many pictures each got.

    Pictures whose day is not known go by their video. Skipped ones count for nothing, but go where
    their video goes: somebody may label them later.
    """
    days = days_of_groups(dataset) if by == "day" else {}
    members: dict[str, list[int]] = defaultdict(list)
    sizes: Counter[str] = Counter()
    for pk, group, state in dataset.images.values_list("pk", "group", "state").iterator():
        key = f"day {days[group]}" if group in days else group
        members[key].append(pk)
        sizes[key] += state != ImageState.SKIPPED
    try:
        splits = split_groups(+sizes, val_share=val_share, test_share=test_share, seed=seed)
    except ValueError as error:
        raise Invalid(f"The shares cannot be used: {error}.", code="split_invalid") from error
    counts = dict.fromkeys((Split.TRAIN.value, Split.VAL.value, Split.TEST.value), 0)
    with transaction.atomic():
        dataset.images.update(split=Split.NONE)
        for key, split in splits.items():
            counts[split] += sizes[key]
            for start in range(0, len(members[key]), 500):
                dataset.images.filter(pk__in=members[key][start : start + 500]).update(split=split)
    return counts


def split_to_join(dataset: Dataset, *, group: str, day: date) -> str:
    """Where a new picture has to go so that its video, or its day, stays in one split.

    That of the other pictures of its video; of a video that is new, that of its day, if all of the
    day are in one.
    """
    of_group = Counter(dataset.images.filter(group=group).values_list("split", flat=True))
    if of_group:
        del of_group[Split.NONE.value]
        return of_group.most_common(1)[0][0] if of_group else Split.NONE.value
    same_day = [name for name, one in days_of_groups(dataset).items() if one == day]
    of_day = dataset.images.filter(group__in=same_day).order_by().values_list("split", flat=True)
    splits = set(of_day.distinct())
    return splits.pop() if len(splits) == 1 else Split.NONE.value
