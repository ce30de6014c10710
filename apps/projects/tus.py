"""The tus 1.0.0 protocol's headers: read strictly, written in one place. No state, no disk."""

import base64
import re
from dataclasses import dataclass

from apps.common.errors import Invalid

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,termination,expiration"
CHECKSUM_ALGORITHMS = ("sha1", "sha256", "md5")
CONTENT_TYPE = "application/offset+octet-stream"
METADATA_MAX_LENGTH = 2000

_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the client says the body of this request hashes to."""

    algorithm: str
    digest: bytes


def parse_number(header: str, value: str | None) -> int:
    """A whole number of bytes."""
    if value is None or not _NUMBER.fullmatch(value):
        raise Invalid(f"{header} must be a whole number.", code="tus_header_invalid")
    return int(value)


def parse_metadata(value: str) -> dict[str, str]:
    """`Upload-Metadata`: comma-separated pairs of a key and a value in base64."""
    if len(value) > METADATA_MAX_LENGTH:
        raise _metadata_error(f"it is longer than {METADATA_MAX_LENGTH} characters")
    metadata: dict[str, str] = {}
    for pair in value.split(",") if value.strip() else ():
        key, _, encoded = pair.strip().partition(" ")
        if not _KEY.fullmatch(key) or key in metadata:
            raise _metadata_error("a key is empty, repeated or not ASCII")
        try:
            metadata[key] = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
        except ValueError:  # also what is not base64, not ASCII or not UTF-8
            raise _metadata_error(f"the value of {key} is not UTF-8 in base64") from None
    return metadata


def parse_checksum(value: str | None) -> Checksum | None:
    """`Upload-Checksum`: an algorithm and the digest in base64."""
    if value is None:
        return None
    algorithm, _, encoded = value.strip().partition(" ")
    if algorithm not in CHECKSUM_ALGORITHMS:
        raise Invalid(
            f"Upload-Checksum must use one of {', '.join(CHECKSUM_ALGORITHMS)}.",
            code="checksum_algorithm_unknown",
        )
    try:
        return Checksum(algorithm, base64.b64decode(encoded.strip(), validate=True))
    except ValueError:
        raise Invalid(
            "The digest in Upload-Checksum is not base64.", code="tus_header_invalid"
        ) from None


def _metadata_error(reason: str) -> Invalid:
    return Invalid(f"Upload-Metadata cannot be read: {reason}.", code="tus_metadata_invalid")
