"""From frame results and a site to insertions, findings and coverage: pure functions."""
