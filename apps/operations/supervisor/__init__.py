"""Starting, watching and stopping the parts of the embedded set-up as one foreground process."""
