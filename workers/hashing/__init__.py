"""Perceptual hashes of pictures."""
