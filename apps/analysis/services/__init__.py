"""Runs are started and ended here, segments are worked off, results are kept."""
