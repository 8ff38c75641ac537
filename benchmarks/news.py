"""The site that is measured: its key, its articles, what people write there."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from engagement_widgets import Page
from engagement_widgets.kernel.clock import SystemClock
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.pages.reference import make_reference
from engagement_widgets.storage.units import Storage

SITE: Final = "bench"
KEYS: Final = ("the key of the benchmark guards nothing at all",)
SECRETS: Final = Secrets(KEYS)
PREFIX: Final = "/engagement"
"""Where the widgets are mounted when they are not the root application."""

LIVE: Final = "live/"
"""Pages whose key begins so publish a comment at once; the others hold it for a moderator."""

# Words drawn at random compress about as badly as what people write; sentences that repeat would flatter gzip.
_WORDS: Final = Path(__file__).with_name("words.txt").read_text(encoding="utf-8").split()


def article(key: str) -> Page:
    """An article of the site."""
    return Page(key=key, url=f"/{key}", title=f"Chuyến phà đêm cuối cùng trên sông ({key})", section="Đời sống")


def reference(page: Page) -> str:
    """What the article's HTML would carry."""
    return make_reference(SECRETS, SITE, page)


def opinion(chance: random.Random) -> str:
    """What a reader writes: one to five sentences, about 160 letters."""
    sentences = (" ".join(chance.choices(_WORDS, k=chance.randint(5, 18))) for _ in range(chance.randint(1, 5)))
    return " ".join(f"{sentence.capitalize()}." for sentence in sentences)


def database_url(database: Path | str) -> str:
    """The URL of a SQLite file, or of what is named by its URL already."""
    return database if isinstance(database, str) else f"sqlite:///{database}"


@contextmanager
def storage(database: Path | str) -> Iterator[Storage]:
    """The database from this process, beside the server's; a SQLite file is made where there is none."""
    opened = Storage(url=database_url(database), site=SITE, clock=SystemClock())
    opened.boot()
    try:
        yield opened
    finally:
        opened.close()
