"""What becomes of the characters that act beyond the text they stand in. One table, in the order it is applied.

Refused ones stop a text at the door (`kernel.text`). The others are stored as they came, because the text is its
reader's, and are left out or clipped where it is shown (`comments.display`). Emoji sequences, flags, and Vietnamese in
either form pass unchanged.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import regex


class Treatment(StrEnum):
    """What is done with a kind of characters."""

    REFUSED = "refused"
    LINE_BREAK = "line break"
    DROPPED = "dropped"
    CLIPPED = "clipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Characters that are treated alike.

    Attributes:
        treatment: what is done with them.
        pattern: matches what is treated so, as the module `regex` reads it.
        name: what they are.
        why: what they would do.
    """

    treatment: Treatment
    pattern: str
    name: str
    why: str


MOST_MARKS: Final = 4
"""Combining marks on one letter that are shown: Vietnamese needs two, Thai three, an emoji two."""

# What joins emoji and letters, chooses their form, or says which way a number is written, without being seen itself.
_JOINING = r"\p{Mn}\p{Me}\u200c-\u200f\u061c"
# Of England, Scotland, Wales and every other region: a black flag, its code in tags, and the tag that ends it.
_FLAG = r"\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f"

KINDS: Final = (
    Kind(
        treatment=Treatment.REFUSED,
        pattern=r"[\x00-\x08\x0b-\x1f\x7f-\x9f]",
        name="control characters but LF and TAB",
        why="drive terminals, break exports, end strings early",
    ),
    Kind(
        treatment=Treatment.REFUSED,
        pattern=r"[\ud800-\udfff]",
        name="lone surrogates",
        why="are no text: no database and no browser takes them",
    ),
    Kind(
        treatment=Treatment.LINE_BREAK,
        pattern=r"[\u2028\u2029]",
        name="line and paragraph separators",
        why="mean a new line, and browsers do not make one",
    ),
    Kind(
        treatment=Treatment.DROPPED,
        pattern=r"[\u202a-\u202e\u2066-\u2069]",
        name="bidi embeddings, overrides, isolates",
        why="turn the order of what follows, beyond the comment",
    ),
    Kind(
        treatment=Treatment.DROPPED,
        pattern=rf"{_FLAG}(*SKIP)(*FAIL)|[\U000e0000-\U000e00ff]",
        name="tags outside a flag",
        why="carry whole sentences that nobody sees",
    ),
    Kind(
        treatment=Treatment.DROPPED,
        pattern=r"(?<!\p{Han})[\U000e0100-\U000e01ef]|(?<=\p{Han}[\U000e0100-\U000e01ef])[\U000e0100-\U000e01ef]+",
        name="supplementary variation selectors but one after a Han character",
        why="carry bytes that nobody sees",
    ),
    Kind(
        treatment=Treatment.DROPPED,
        pattern=rf"(?![{_JOINING}\ufe00-\ufe0f\U000e0000-\U000e01ef\u202a-\u202e\u2066-\u2069])"
        r"\p{Default_Ignorable_Code_Point}|[\ufff9-\ufffb\U0001d173-\U0001d17a]",
        name="zero-width and other invisible characters",
        why="split words so that no filter finds them, and flood",
    ),
    Kind(
        treatment=Treatment.CLIPPED,
        pattern=rf"(?<=[{_JOINING}]{{{MOST_MARKS}}})[{_JOINING}]+",
        name="combining marks, joiners, directional marks, variation selectors: more than four in a row",
        why="paint over the neighbours",
    ),
)
"""The table, told in docs/explanation/text.md."""


def patterns_of(treatment: Treatment) -> tuple[str, ...]:
    """What finds everything that is treated so, kind by kind."""
    return tuple(kind.pattern for kind in KINDS if kind.treatment is treatment)


def pattern_of(treatment: Treatment) -> "regex.Pattern[str]":
    """The same as one pattern."""
    return regex.compile("|".join(patterns_of(treatment)))


_INVISIBLE = regex.compile(r"[\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]*")


def has_ink(text: str) -> bool:
    """False for text of blanks, invisible characters and marks without a letter: nobody can read or click it."""
    return _INVISIBLE.fullmatch(text) is None


def has_stacked_marks(text: str) -> bool:
    """True where more marks stand on one letter than are shown."""
    return not text.isascii() and _STACKED.search(text) is not None


_STACKED = pattern_of(Treatment.CLIPPED)
