"""Reading the registry of detectors."""

from apps.detectors.selectors.registry import (
    detector_file,
    detector_find,
    detector_get,
    detectors_all,
    starter_get,
)

__all__ = ["detector_file", "detector_find", "detector_get", "detectors_all", "starter_get"]
