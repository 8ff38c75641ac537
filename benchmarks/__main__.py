"""Measures everything and prints it as tables. `--long` adds a thread of a million comments."""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks import challenges, desk_queue, drawing, growth, mixed, posts, ratings, reads, search, startup
from benchmarks.machine import description, prepare
from benchmarks.table import Row, markdown

RESULTS: Final = Path(__file__).parent / "results"


def main() -> None:
    """Measure, print, and keep what was printed in `results/latest.md`."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--long", action="store_true", help="also read a thread of a million comments (minutes)")
    parser.add_argument(
        "only",
        nargs="*",
        help="parts to measure: reads posts mixed growth ratings search queue startup captcha; default: all",
    )
    chosen = parser.parse_args()
    parts: dict[str, tuple[str, Callable[[Path], list[Row]]]] = {
        "reads": ("Reading", reads.measure),
        "posts": ("Writing", posts.measure),
        "mixed": ("Reading while others write", mixed.measure),
        "growth": (
            "One uncached read, by the number of comments",
            growth.measure_long if chosen.long else growth.measure,
        ),
        "ratings": ("Ratings: 1,000,000 votes on 100,000 pages", ratings.measure),
        "search": ("Search in 100,000 comments", search.measure),
        "queue": ("The queue with 100,000 comments waiting", desk_queue.measure),
        "startup": ("Start, on a migrated database", startup.measure),
        "captcha": ("The captcha", lambda folder: [*drawing.measure(folder), *challenges.measure(folder)]),
    }
    if unknown := set(chosen.only) - parts.keys():
        parser.error(f"no such part: {' '.join(sorted(unknown))}")
    prepare()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers end with us
    RESULTS.mkdir(exist_ok=True)
    _run([part for name, part in parts.items() if not chosen.only or name in chosen.only])


def _run(parts: list[tuple[str, Callable[[Path], list[Row]]]]) -> None:
    began = time.perf_counter()
    with (RESULTS / "latest.md").open("w") as kept, tempfile.TemporaryDirectory(dir=RESULTS) as folder:

        def tell(text: str) -> None:
            print(text, flush=True)
            kept.write(f"{text}\n")

        tell(f"{description()}\n")
        for title, measure in parts:
            tell(markdown(title, measure(Path(folder))))
        tell(f"Measured in {time.perf_counter() - began:.0f} s.")


if __name__ == "__main__":
    main()
