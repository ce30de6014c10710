"""Whole jobs put together from the other packages."""
