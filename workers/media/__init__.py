"""Reading, checking and converting videos and images."""
