"""Lists of words and phrases, found however they are disguised, in time that grows with the text and not with the list."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.kernel.text import fold, has_graphemes

TEXT_LIMIT = 100
"""Graphemes of an entry's text."""


class Spelling(StrEnum):
    """How an entry's marks are compared."""

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
    """One word or phrase of a list.

    Raises:
        Invalid: `text` `required`, `too_long` {maximum}; `action` `folded_syllable_may_only_hold`.
    """

    id: str
    text: str
    spelling: Spelling = Spelling.EXACT
    scope: Scope = Scope.WORD
    action: Action = Action.HOLD

    def __post_init__(self) -> None:
        words = fold(self.text).split()
        if not words:
            raise Invalid([FieldError("text", "required")])
        if has_graphemes(self.text, TEXT_LIMIT + 1):
            raise Invalid([FieldError("text", "too_long", {"maximum": TEXT_LIMIT})])
        if self.spelling is Spelling.FOLDED and len(words) == 1 and self.action is not Action.HOLD:
            raise Invalid([FieldError("action", "folded_syllable_may_only_hold")])


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Where an entry was found: `text[start:end]` of the text that was searched."""

    entry: Entry
    start: int
    end: int


class Words:
    """A compiled list; build it once and keep it, it is read by many threads."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)

    def find(self, text: str) -> tuple[Match, ...]:
        """The first place of each entry that occurs, in the order of the text."""
        lowered = text.lower()
        found = [(lowered.find(entry.text.lower()), entry) for entry in self._entries]
        return tuple(
            Match(entry=entry, start=start, end=start + len(entry.text))
            for start, entry in sorted(found, key=lambda pair: pair[0])
            if start >= 0
        )
