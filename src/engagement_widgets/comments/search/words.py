"""The words of a text and of what somebody searches for, cut and folded by our own code.

The databases are handed words of letters, marks and digits alone, never a text: whatever their query languages know
(quotes, `*`, NEAR, `-`, `:`, `^`, parentheses, AND, OR) falls away here.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import regex
from markupsafe import Markup

from engagement_widgets.kernel.text import fold

LONGEST_WORD: Final = 40
"""Characters of a word that are compared."""

MOST_WORDS: Final = 16
"""Words of a search; those after them are not asked for."""

MOST_QUERY: Final = 500
"""Characters of a search that are read."""

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}\p{Cf}]+")  # with what is invisible: nobody sees that it parts a word
_NOT_WORD = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
_QUOTES: Final = '"“”„«»'
_TERMS = regex.compile(f"[{_QUOTES}]([^{_QUOTES}]*)[{_QUOTES}]|[^\\s{_QUOTES}]+")
_MARKUP = regex.compile(r"(<[^>]*>|&[#\w]+;)")
_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
_LOOK_ALIKES: Final = str.maketrans("ðɖ", "đđ")


@dataclass(frozen=True, slots=True)
class Word:
    """A word in its two spellings: `exact` keeps its marks, `folded` has lost them."""

    exact: str
    folded: str


Phrase: TypeAlias = tuple[Word, ...]
"""Words that stand side by side; one word is a phrase too."""

_GAP: Final = Word("¦", "¦")  # no word: no phrase runs from the name into the text


def words_of(text: str) -> Iterator[Word]:
    """The words of a text, in order."""
    for found in _WORD.findall(text):
        # the longest are cut before they are remembered, with room for a letter's three marks
        if word := _word(found[: 4 * LONGEST_WORD]):
            yield word


def indexed(name: str, body: str) -> tuple[Word, ...]:
    """What the index keeps of a comment."""
    return (*words_of(name), _GAP, *words_of(body))


def parse_query(raw: str) -> tuple[Phrase, ...]:
    """What is searched for; a comment must have all of it. Empty when there is no word in it.

    In quotes: a phrase. What is written together (`toa-soan`, `3,5`) is one too.
    """
    phrases: list[Phrase] = []
    left = MOST_WORDS
    for found in _TERMS.finditer(raw[:MOST_QUERY]):
        if words := tuple(words_of(found[0]))[:left]:
            phrases.append(words)
            left -= len(words)
    return tuple(phrases)


def marked(html: Markup, phrases: Sequence[Phrase]) -> Markup:
    """Our own HTML of a text with every word that was searched for inside `<mark>`."""
    if not phrases:
        return html
    wanted = {word.folded for phrase in phrases for word in phrase}

    def mark(found: "regex.Match[str]") -> str:
        word = _word(found[0][: 4 * LONGEST_WORD])
        return f"<mark>{found[0]}</mark>" if word and word.folded in wanted else str(found[0])

    parts = _MARKUP.split(str(html))  # every second one is a tag or an escape
    parts[::2] = [_WORD.sub(mark, part) for part in parts[::2]]
    return Markup("".join(parts))  # noqa: S704  (only marks were added, between the tags of what was safe)


@lru_cache(maxsize=4096)
def _word(typed: str) -> Word | None:
    """Both spellings; None for what has no letter, as a lone mark."""
    folded = _NOT_WORD.sub("", fold(typed))[:LONGEST_WORD]
    return Word(_exact(typed) or folded, folded) if folded else None


def _exact(typed: str) -> str:
    """The spelling by which a word is *exactly* the same: case aside, and wherever its tone stands (hoà, hòa)."""
    if typed.isascii():
        return typed[:LONGEST_WORD].lower()
    text = unicodedata.normalize("NFD", typed.casefold().translate(_LOOK_ALIKES))
    letters = "".join(char for char in text if char not in _TONES)
    tones = "".join(char for char in text if char in _TONES)
    spelled = unicodedata.normalize("NFC", _NOT_WORD.sub("", letters))[:LONGEST_WORD]
    return spelled + tones[:LONGEST_WORD]
