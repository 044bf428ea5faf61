"""``python -m cyresize``: the command line."""

import sys

from cyresize.cli import main

if __name__ == "__main__":
    sys.exit(main())
