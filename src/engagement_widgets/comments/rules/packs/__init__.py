"""Starter lists that come with the library: small, in Vietnamese, and asking for no more than a second look."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from engagement_widgets.comments.rules.words import Entry, Spelling


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A list of words to start from; every entry holds.

    Attributes:
        name: `insults`, `gambling` or `advertising`; its entries' ids are `<name>:<text>`.
        title: for people.
        description: what is in it, for people.
        entries: in the order of the file.
    """

    name: str
    title: str
    description: str
    entries: tuple[Entry, ...]


@cache
def packs() -> tuple[Pack, ...]:
    """Every starter list, by name."""
    found = sorted(path.name for path in files(__name__).iterdir() if path.name.endswith(".json"))
    return tuple(_pack(name.removesuffix(".json")) for name in found)


def _pack(name: str) -> Pack:
    data = json.loads((files(__name__) / f"{name}.json").read_text(encoding="utf-8"))
    entries = [
        Entry(id=f"{name}:{text}", text=text, spelling=spelling) for spelling in Spelling for text in data[spelling]
    ]
    return Pack(name=name, title=data["title"], description=data["description"], entries=tuple(entries))
