"""`attack`: what programs read. `sheets`, `score`: what people read, from contact sheets."""

import argparse
from pathlib import Path

from benchmarks.machine import description
from benchmarks.table import markdown
from engagement_widgets.settings import CaptchaLevel


def main() -> None:
    """Run one of the commands and print what it found."""
    parser = argparse.ArgumentParser(prog="benchmarks.captcha", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    attack = commands.add_parser("attack")
    attack.add_argument("--count", type=int, default=1_000, help="pictures of each kind")
    sheets = commands.add_parser("sheets")
    sheets.add_argument("folder", type=Path)
    sheets.add_argument("--level", type=CaptchaLevel, default=CaptchaLevel.NORMAL)
    sheets.add_argument("--count", type=int, default=100)
    score = commands.add_parser("score")
    score.add_argument("key", type=Path)
    score.add_argument("transcript", type=Path)
    _run(parser.parse_args())


def _run(chosen: argparse.Namespace) -> None:
    if chosen.command == "attack":
        from benchmarks.captcha.attack import measure

        print(description(), "\n")
        print(markdown(f"Whole codes of {chosen.count:,} fresh pictures", measure(chosen.count)))
    else:
        from benchmarks.captcha.sheets import make, score

        if chosen.command == "sheets":
            make(chosen.folder, chosen.level, chosen.count)
        else:
            print(score(chosen.key, chosen.transcript))


if __name__ == "__main__":
    main()
