"""What detected objects are called on pictures, which are read in both languages."""

_NAMES = {
    "person": ("人员", "person"),
    "worker": ("工人", "worker"),
    "vibrator_in": ("振捣棒（插入）", "poker in concrete"),
    "vibrator_out": ("振捣棒（未插入）", "poker outside"),
    "helmet": ("安全帽", "helmet"),
    "no_helmet": ("未戴安全帽", "no helmet"),
    "vest": ("反光衣", "vest"),
    "no_vest": ("未穿反光衣", "no vest"),
}


def object_name(label: str) -> str:
    """Return a label in words, `zh / en`; one that is not of the domain as it is."""
    return " / ".join(_NAMES.get(label, (label,)))
