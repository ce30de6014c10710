"""The plan of a lift as a drawing: vector, picture, and laid over the video."""
