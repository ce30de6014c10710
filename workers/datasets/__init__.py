"""Labelled pictures: what is wrong with them, what lies between them, and how they travel."""
