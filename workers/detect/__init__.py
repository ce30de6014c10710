"""Object detectors behind one protocol."""
