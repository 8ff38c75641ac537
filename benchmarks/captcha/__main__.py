"""`attack`: what programs read that come trained; `train`: what one reads that was trained on the pictures.

What people read is measured by `benchmarks.legibility`.
"""

import argparse

from benchmarks.captcha.pictures import SOURCES
from benchmarks.machine import description
from benchmarks.table import markdown


def main() -> None:
    """Show pictures to readers and print what each found."""
    asked = _arguments()
    print(description(), "\n", flush=True)
    if asked.command == "attack":
        from benchmarks.captcha import attack

        print(markdown(f"Whole codes of {asked.count:,} fresh pictures", attack.measure(asked.count)))
    else:
        from benchmarks.captcha import trained

        title = f"Whole codes of {trained.SHOWN} fresh pictures, after {asked.minutes:g} minutes of training"
        print(markdown(title, trained.measure(asked.kind or list(SOURCES), asked.count, asked.minutes)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.captcha", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    attack = commands.add_parser("attack")
    attack.add_argument("--count", type=int, default=1_000, help="pictures of each kind")
    train = commands.add_parser("train")
    train.add_argument("--count", type=int, nargs="+", default=[2_000, 10_000], help="labelled pictures to train on")
    train.add_argument("--kind", choices=SOURCES, nargs="+", help="of pictures; all of them")
    train.add_argument("--minutes", type=float, default=5, help="of one core for each training, and for the warm start")
    return parser.parse_args()


if __name__ == "__main__":
    main()
