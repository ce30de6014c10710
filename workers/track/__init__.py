"""Following objects over frame results, in seconds and never in frames."""
