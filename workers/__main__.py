"""`python -m workers`: the compute parts as commands."""

import sys

from workers.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
