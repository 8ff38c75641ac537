"""`attack`: what programs read. What people read is measured by `benchmarks.legibility`."""

import argparse

from benchmarks.captcha.attack import measure
from benchmarks.machine import description
from benchmarks.table import markdown


def main() -> None:
    """Show pictures to every reader and print what each found."""
    parser = argparse.ArgumentParser(prog="benchmarks.captcha", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    attack = commands.add_parser("attack")
    attack.add_argument("--count", type=int, default=1_000, help="pictures of each kind")
    count = parser.parse_args().count
    print(description(), "\n")
    print(markdown(f"Whole codes of {count:,} fresh pictures", measure(count)))


if __name__ == "__main__":
    main()
