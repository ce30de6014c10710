"""Which pictures train, which validate and which test: by whole groups, never by neighbours."""

import random
from collections.abc import Mapping

SPLITS = ("train", "val", "test")


def split_groups(
    sizes: Mapping[str, int], *, val_share: float, test_share: float, seed: int
) -> dict[str, str]:
    """Give whole groups (videos, or days) to the splits.

    The largest groups are placed first, each where most is missing; ties fall by the seed. The
    training split always gets a group, and a split that was asked for gets one as long as there
    are groups for it.

    Args:
        sizes: pictures in each group.
        val_share, test_share: wanted shares of all pictures, 0 to 1, together below 1.

    Returns:
        `train`, `val` or `test` for each group.
    """
    if min(val_share, test_share) < 0.0 or val_share + test_share >= 1.0:
        raise ValueError("the shares must not be negative, and leave something to train on")
    shares = {"train": 1.0 - val_share - test_share, "val": val_share, "test": test_share}
    total = sum(sizes.values())
    wanted = {name: shares[name] * total for name in SPLITS if shares[name] > 0.0}
    filled = dict.fromkeys(wanted, 0)
    groups = sorted(sizes)
    random.Random(seed).shuffle(groups)
    groups.sort(key=lambda group: -sizes[group])
    result: dict[str, str] = {}
    for number, group in enumerate(groups):
        empty = [name for name in wanted if not filled[name]]
        is_last_chance = len(groups) - number <= len(empty)
        names = empty if is_last_chance else list(wanted)
        best = max(names, key=lambda name: wanted[name] - filled[name])
        result[group] = best
        filled[best] += sizes[group]
    return result
