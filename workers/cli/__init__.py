"""The commands of `python -m workers`."""
