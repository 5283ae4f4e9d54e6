"""What does `python -m notifications.simulator` do? It serves until it is stopped."""

from __future__ import annotations

import argparse
import sys

from .options import add_arguments, read_options
from .server import CannotListen, run


def main() -> None:
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    add_arguments(parser)
    try:
        run(read_options(parser.parse_args()))
    except CannotListen as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
