"""Readers who do not exist: names and comments put together from `content/comments.toml`, each only once."""

import random
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from examples.demo.news import CONTENT

MANY = 700
PLAIN_SHARE = 0.04  # typed without marks, as on an old phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A reader: how they sign, and the id their rows carry."""

    name: str
    reader: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The stock of sentences, as the file has it."""

    names: dict[str, list[str]]
    mixes: dict[str, dict[str, list[str]]]
    threads: dict[str, list[list[tuple[str, str]]]]
    spam: dict[str, list[str]]


def load_stock() -> Stock:
    """Read the stock."""
    raw: dict[str, Any] = tomllib.loads((CONTENT / "comments.toml").read_text(encoding="utf-8"))
    threads = {
        slug: [[(name, text) for name, text in thread["comments"]] for thread in found]
        for slug, found in raw["thread"].items()
    }
    return Stock(names=raw["names"], mixes=raw["mix"], threads=threads, spam=raw["spam"])


def voices(names: dict[str, list[str]], chance: random.Random, *, prefix: str, number: int = MANY) -> list[Voice]:
    """So many readers with plausible names; about one in seven goes by a pen name."""
    made = []
    for index in range(number):
        if index % 7 == 0:
            name = chance.choice(names["pen"])
        else:
            parts = (chance.choice(names["family"]), chance.choice(names["middle"]), chance.choice(names["given"]))
            name = " ".join(part for part in parts if part)
        made.append(Voice(name=name, reader=f"r:{prefix}-{index}"))
    return made


def talk(mix: dict[str, list[str]], chance: random.Random) -> Iterator[str]:
    """Comments without end, none of them twice, no point again before every other had its turn."""
    said: set[str] = set()
    for point in _decks(mix["point"], chance):
        text = " ".join(
            part
            for part in (
                chance.choice(mix["opening"]) if chance.random() < 0.45 else "",  # noqa: PLR2004
                point,
                chance.choice(mix["more"]) if chance.random() < 0.75 else "",  # noqa: PLR2004
                chance.choice(mix["closing"]) if chance.random() < 0.4 else "",  # noqa: PLR2004
            )
            if part
        )
        if text not in said:
            said.add(text)
            yield without_marks(text) if chance.random() < PLAIN_SHARE else text


def answers(mix: dict[str, list[str]], chance: random.Random) -> Iterator[str]:
    """Replies without end, none of them twice; the short ones come first."""
    said: set[str] = set()
    for dealt, reply in enumerate(_decks(mix["reply"], chance)):
        longer = dealt >= len(mix["reply"])
        second = chance.choice(mix["more"] + mix["point"]) if longer else ""
        third = chance.choice(["", *mix["closing"]]) if longer else ""
        text = " ".join(part for part in (reply, second, third) if part)
        if text not in said:
            said.add(text)
            yield text


def without_marks(text: str) -> str:
    """Vietnamese as an old phone types it: no marks, no capitals."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).lower()


def _decks(cards: list[str], chance: random.Random) -> Iterator[str]:
    """Deal the cards, shuffle, deal again."""
    while True:
        yield from chance.sample(cards, k=len(cards))
