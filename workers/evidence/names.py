"""What the files of a finding's evidence are called."""

STILL, OVERLAY, CROP, CLIP = "still.jpg", "overlay.jpg", "crop.jpg", "clip.mp4"
FILES = (STILL, OVERLAY, CROP, CLIP)
