"""What crashes and changed minds leave behind is cleared away, about once an hour."""

from apps.detectors.services.imports import imports_sweep
from apps.detectors.services.receiving import received_sweep


def sweep() -> None:
    """Every step is harmless to repeat, and to run while the system is at work."""
    received_sweep()
    imports_sweep()
