"""Lists of words and phrases, found however they are disguised, in time that grows with the text and not with the list.

Every entry becomes a few keys of one Aho-Corasick automaton, without marks. It runs over the views of a text
(`disguises`); what it finds is then compared with the marks that stand there.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import combinations

import ahocorasick

from engagement_widgets.comments.rules.disguises import View, plain, views
from engagement_widgets.comments.rules.glyphs import Glyphs, glyphs
from engagement_widgets.comments.rules.syllables import Spelling as Marks
from engagement_widgets.comments.rules.syllables import is_syllable, spelling
from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.kernel.text import has_graphemes

TEXT_LIMIT = 100
"""Graphemes of an entry's text."""
NEIGHBOURS = 12
"""Words on either side that tell whether a text is typed with marks."""


_WORD = re.compile(r"[^\W_]+")
_VOWELS = re.compile(r"(?<=[bcdfghklmnpqrstvx])[aeiouy]+(?=[a-z])")  # with a letter on either side
_MOST_HIDDEN = 3
_RUN = re.compile(r"(.)\1+")
_PARTED = re.compile(r"[^\w\u0300-\u036f\u200b-\u200f\u2060-\u2064\ufeff]+")
_UNMARKED = dict.fromkeys((0x300, 0x301, 0x303, 0x309, 0x323, 0x302, 0x306, 0x31B), "") | {ord("đ"): "d"}
_PAUSE = re.compile(r"[.!?,;:…]\s|\n")  # between two words that are no phrase
_LONGEST = 400  # of a place that is looked at for signs of disguise

PATIENCE = 100
"""How many letters of entries are compared for each letter of a text before the search ends: a hundred entries that
begin each other ("a a", "a a a" …) cannot make it slow. No other list comes near it."""


class Spelling(StrEnum):
    """How an entry's marks are compared.

    Attributes:
        EXACT: they stand as in the entry. A word that is disguised may lack them: nobody disguises a harmless one. A
            single syllable without marks (*ngu*) does not count among words typed without marks, where it may be
            another (*ngủ*), unless it is disguised.
        FOLDED: they stand as in the entry or are missing, all or some. A single syllable counts with all of them, or
            with none among words typed without marks. A phrase that the entry has without any mark may have any.
            Across a pause (a comma, the end of a sentence) only the entry's own marks count.
    """

    EXACT = "exact"
    FOLDED = "folded"


class Scope(StrEnum):
    """Whether an entry must stand alone or may be part of a longer word."""

    WORD = "word"
    PART = "part"


class Action(StrEnum):
    """What a match asks for. The words only carry it; the rules act on it."""

    HOLD = "hold"
    REJECT = "reject"
    SPAM = "spam"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One word or phrase of a list: letters and digits count, case and punctuation do not.

    Raises:
        Invalid: `text` `required`, `too_long` {maximum}; `action` `folded_syllable_may_only_hold`.
    """

    id: str
    text: str
    spelling: Spelling = Spelling.EXACT
    scope: Scope = Scope.WORD
    action: Action = Action.HOLD

    def __post_init__(self) -> None:
        if has_graphemes(self.text, TEXT_LIMIT + 1):
            raise Invalid([FieldError("text", "too_long", {"maximum": TEXT_LIMIT})])
        words = plain(glyphs(self.text).folded).text.split()
        if not words:
            raise Invalid([FieldError("text", "required")])
        if self.spelling is Spelling.FOLDED and len(words) == 1 and self.action is not Action.HOLD:
            raise Invalid([FieldError("action", "folded_syllable_may_only_hold")])


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Where an entry was found: `text[start:end]` of the text that was searched."""

    entry: Entry
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    """One way an entry can be written. `syllables`: where each begins and ends in `text`, and its marks."""

    entry: Entry
    text: str
    syllables: tuple[tuple[int, int, Marks], ...]


class Words:
    """A compiled list; build it once and keep it, many threads can read it.

    `text` may be any text and of any length; the work grows with it alone.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        keys: dict[str, list[_Key]] = {}
        for entry in entries:
            for key in _keys(entry):
                keys.setdefault(key.text, []).append(key)
        self._automaton = ahocorasick.Automaton()
        for text, same in keys.items():
            self._automaton.add_word(text, tuple(same))
        self._empty = not keys
        self._automaton.make_automaton()

    def find(self, text: str) -> tuple[Match, ...]:
        """The first place of each entry that occurs, in the order of the text."""
        if self._empty:
            return ()
        reading = _Reading(text)
        found: dict[str, Match] = {}
        letters = PATIENCE * (len(text) + TEXT_LIMIT)
        for view, end, key in self._candidates(reading.glyphs.folded):
            if key.entry.id in found:
                continue
            letters -= len(key.text)
            if letters < 0:
                break
            match = reading.match(key, view, end + 1 - len(key.text))
            if match is not None:
                found[key.entry.id] = match
        return tuple(sorted(found.values(), key=lambda match: (match.start, match.end)))

    def _candidates(self, folded: str) -> Iterator[tuple[View, int, _Key]]:
        for view in views(folded):
            for end, keys in self._automaton.iter(view.text):
                for key in keys:
                    yield view, end, key


class _Reading:
    """A text that is being searched: what its glyphs say about a place where a key was found."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.glyphs: Glyphs = glyphs(text)

    def match(self, key: _Key, view: View, offset: int) -> Match | None:
        """The match, if the marks there are those of the entry."""
        typed = [(self._marks(view, offset + start, offset + end), marks) for start, end, marks in key.syllables]
        first = view.glyphs[offset + key.syllables[0][0]]
        last = view.glyphs[offset + key.syllables[-1][1] - 1]
        if not self._agree(key, typed, first, last):
            return None
        return Match(entry=key.entry, start=self.glyphs.places[first], end=self._end(last))

    def _marks(self, view: View, start: int, end: int) -> Marks:
        folded, marked = self.glyphs.folded, self.glyphs.marked
        pairs = zip(view.text[start:end], view.glyphs[start:end], strict=True)
        # A letter that was read as another one, 4 as a or z as d, says nothing about marks.
        return spelling("".join([marked[place] if folded[place] == letter else "*" for letter, place in pairs]))

    def _agree(self, key: _Key, typed: list[tuple[Marks, Marks]], first: int, last: int) -> bool:
        one, folded = len(typed) == 1, key.entry.spelling is Spelling.FOLDED
        if all(here.same(wanted) for here, wanted in typed):
            doubtful = one and not folded and typed[0][0].bare and key.entry.scope is Scope.WORD
            doubtful = doubtful and is_syllable(key.text.strip()) and self._typed_with_marks(first, last) is False
            return not doubtful or self._disguised(key, first, last)
        if folded and not one:
            careless = all(wanted.bare for _, wanted in typed)
            near = careless or all(here.within(wanted) for here, wanted in typed)
            return near and not _PAUSE.search(self._raw(first, last))
        if not all(here.bare for here, _ in typed):
            return False
        return (folded and not self._typed_with_marks(first, last)) or self._disguised(key, first, last)

    def _disguised(self, key: _Key, first: int, last: int) -> bool:
        """Whether more, or other, than the key's letters stand there; stretching them is no disguise."""
        raw = self._raw(first, last)
        if len(raw) == _LONGEST:
            return True
        letters = unicodedata.normalize("NFD", raw).casefold().translate(_UNMARKED)
        seen = " ".join(_PARTED.split(letters))
        return _RUN.sub(r"\1", seen) != _RUN.sub(r"\1", key.text.strip())

    def _raw(self, first: int, last: int) -> str:
        start = self.glyphs.places[first]
        return self._text[start : min(self._end(last), start + _LONGEST)]

    def _typed_with_marks(self, first: int, last: int) -> bool | None:
        """Whether one of the words around has a mark; None where there are none that could."""
        starts, marked, syllables = self._neighbours
        here, beyond = bisect_left(starts, first), bisect_right(starts, last)
        low, high = max(here - NEIGHBOURS, 0), min(beyond + NEIGHBOURS, len(starts))
        if marked[here] - marked[low] + marked[high] - marked[beyond]:
            return True
        return False if syllables[here] - syllables[low] + syllables[high] - syllables[beyond] else None

    @cached_property
    def _neighbours(self) -> tuple[list[int], list[int], list[int]]:
        """Where each word begins, and how many before it have marks or are syllables."""
        starts: list[int] = []
        marked, syllables = [0], [0]
        for found in _WORD.finditer(self.glyphs.folded):
            start, end = found.span()
            starts.append(start)
            marked.append(marked[-1] + (self.glyphs.marked[start:end].lower() != found.group()))
            syllables.append(syllables[-1] + is_syllable(found.group()))
        return starts, marked, syllables

    def _end(self, last: int) -> int:
        """The end of a glyph in the text, with its repeats and the marks that follow."""
        folded = self.glyphs.folded
        while last + 1 < len(folded) and folded[last + 1] == folded[last]:
            last += 1
        end = self.glyphs.places[last] + 1
        while end < len(self._text) and unicodedata.category(self._text[end])[0] == "M":
            end += 1
        return end


def _keys(entry: Entry) -> Iterator[_Key]:
    """The ways an entry can be written: as it is, in one word, with vowels hidden behind a sign."""
    look = glyphs(entry.text)
    view = plain(look.folded)
    words = [(found.group(), spelling(_marked(look, view, *found.span()))) for found in _WORD.finditer(view.text)]
    yield _key(entry, words, " ")
    if entry.scope is Scope.PART:
        return
    if len(words) > 1:
        yield _key(entry, words, "")
    hidden = [(_VOWELS.sub("*", word, count=1), marks) for word, marks in words]
    for places in _subsets([place for place, (word, _) in enumerate(words) if _VOWELS.search(word)]):
        yield _key(entry, [(hidden if place in places else words)[place] for place in range(len(words))], " ")


def _marked(look: Glyphs, view: View, start: int, end: int) -> str:
    return "".join([look.marked[place] for place in view.glyphs[start:end]])


def _subsets(places: list[int]) -> Iterator[tuple[int, ...]]:
    """Every choice of one or more; of a longer phrase nothing is hidden, what else it says gives it away."""
    if len(places) <= _MOST_HIDDEN:
        for size in range(1, len(places) + 1):
            yield from combinations(places, size)


def _key(entry: Entry, words: Sequence[tuple[str, Marks]], gap: str) -> _Key:
    edge = " " if entry.scope is Scope.WORD else ""
    syllables = []
    text = edge
    for word, marks in words:
        if len(text) > len(edge):
            text += gap
        known = spelling("*" * len(word)) if "*" in word else marks
        syllables.append((len(text), len(text) + len(word), known))
        text += word
    return _Key(entry=entry, text=text + edge, syllables=tuple(syllables))
