"""Changing the registry of detectors."""

from apps.detectors.services.registry import detector_add
from apps.detectors.services.shipped import builtin_detectors_ensure

__all__ = ["builtin_detectors_ensure", "detector_add"]
