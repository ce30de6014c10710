"""Judging detections against ground truth."""
