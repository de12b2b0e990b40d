"""Write the bundled example: `python -m ganglioside.simulate --write-example`."""

from __future__ import annotations

import argparse
from pathlib import Path

from ganglioside.example import write_example


def main() -> None:
    """Parse the command line and write the example."""
    parser = argparse.ArgumentParser(prog="python -m ganglioside.simulate", description=__doc__)
    parser.add_argument("--write-example", action="store_true", required=True)
    parser.add_argument(
        "--folder", type=Path, default=None, help="where to write; default: the package's data"
    )
    for path in write_example(parser.parse_args().folder):
        print(path)


main()
