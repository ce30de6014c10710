"""Words that people typed: harmless as text, never trusted as anything else."""

import unicodedata

# They turn the reading direction of what follows, so a name could show as something it is not.
_DIRECTION_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def text_clean(text: str) -> str:
    """Composed (NFC) and without surrounding space."""
    return unicodedata.normalize("NFC", text).strip()


def has_control_characters(text: str, *, multiline: bool = False) -> bool:
    """Control characters, lone surrogates and direction overrides; a new line may be allowed."""
    allowed = "\n\r\t" if multiline else ""
    return any(
        character not in allowed
        and (unicodedata.category(character) in {"Cc", "Cs"} or character in _DIRECTION_OVERRIDES)
        for character in text
    )


def filename_clean(text: str) -> str:
    """A file's name as text to show: whatever it tries to be, it names nothing on our disk."""
    kept = "".join(letter for letter in text if not has_control_characters(letter))
    return text_clean(kept)[:255] or "unnamed"
