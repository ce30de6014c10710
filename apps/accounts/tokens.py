"""How an API token is made and recognised; pure functions over text."""

import hashlib
import secrets

PREFIX_LENGTH = 8


def token_new() -> str:
    """A fresh key: 256 random bits, recognisable in a leak scan by its beginning."""
    return f"cvd_{secrets.token_urlsafe(32)}"


def token_digest(token: str) -> str:
    """SHA-256 in hex. The key is random and long, so a slow password hash would add nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_prefix(token: str) -> str:
    """The part that may be shown again, to tell tokens apart."""
    return token[:PREFIX_LENGTH]
