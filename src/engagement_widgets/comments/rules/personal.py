"""Personal data in a text: telephone numbers, citizen IDs, bank accounts and e-mail addresses, and how they are masked.

Numbers are read as people write them: in groups, with O for 0, in words. A number counts as a whole only, between
blanks, and only where its form says so (`personal_forms`). So prices, dates and scores stay.
"""

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from engagement_widgets.comments.rules.glyphs import Glyphs, glyphs
from engagement_widgets.comments.rules.personal_forms import (
    ACCOUNT,
    ANNOUNCED,
    AS_DIGITS,
    BANK_AFTER,
    BANK_BEFORE,
    CITIZEN_ID,
    DATE,
    EMAIL,
    GAP,
    LONGEST,
    MEASURE,
    NEAR,
    PHONE,
    READ,
    SHORTEST,
    SPOKEN,
    SPOKEN_GAP,
    TOKEN,
)


class Kind(StrEnum):
    """What kind of personal data."""

    PHONE = "phone"
    CITIZEN_ID = "citizen_id"
    BANK_ACCOUNT = "bank_account"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where personal data stands: `text[start:end]`."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Digits written together, or one written as a word; `start` and `end` count glyphs."""

    digits: str
    start: int
    end: int
    spoken: bool


def find(text: str, allowed: Collection[str] = frozenset()) -> tuple[Span, ...]:
    """Every piece of personal data, in the order of the text, without overlaps.

    Service numbers (113, 1900 1234, 1800 1234) are nobody's.

    Args:
        text: any text.
        allowed: the site's own numbers and addresses, which anybody may write, as `allowed_form` returns them.
    """
    look = glyphs(text)
    folded = look.folded
    if not folded.isascii():
        folded = "".join(map(_ascii_digit, folded))
    mails = list(EMAIL.finditer(folded))
    spans = [_span(look, Kind.EMAIL, *found.span()) for found in mails if found.group() not in allowed]
    if mails:
        folded = EMAIL.sub(lambda found: "@" * len(found.group()), folded)
    for run in _runs(folded):
        if sum([len(group.digits) for group in run]) < SHORTEST:  # of prices and years there are many
            continue
        spans += [_span(look, kind, first.start, last.end) for kind, first, last in _numbers(folded, run, allowed)]
    return tuple(sorted(spans, key=lambda span: span.start))


def allowed_form(raw: str) -> str:
    """How the site's own number or address is compared: digits with 0 for +84, an address in lower case."""
    digits = "".join(char for char in map(_ascii_digit, raw) if char.isdigit())
    if "@" in raw:
        return glyphs(raw).folded.strip()
    found = PHONE.fullmatch(digits)
    return f"0{found['rest']}" if found else digits


def mask(text: str, spans: Iterable[Span]) -> str:
    """The text with dots for what is personal: of a number two digits stay at each end (09•• ••• •12), else nothing."""
    parts: list[str] = []
    done = 0
    for span in sorted(spans, key=lambda span: span.start):
        parts += (text[done : span.start], _masked(text[span.start : span.end], span.kind))
        done = span.end
    return "".join([*parts, text[done:]])


def _masked(part: str, kind: Kind) -> str:
    digits = [place for place, char in enumerate(part) if char.isdecimal() or char in AS_DIGITS]
    spoken = any(char.isalpha() and char not in AS_DIGITS for char in part)
    kept = set() if kind is Kind.EMAIL or spoken else {*digits[:2], *digits[-2:]}
    return "".join("•" if char.isalnum() and place not in kept else char for place, char in enumerate(part))


def _ascii_digit(char: str) -> str:
    return char if char.isascii() or not char.isdecimal() else str(unicodedata.decimal(char))


def _span(look: Glyphs, kind: Kind, start: int, end: int) -> Span:
    return Span(kind=kind, start=look.places[start], end=look.places[end - 1] + 1)


def _runs(folded: str) -> Iterator[list[_Group]]:
    """Groups of digits with no more than a few signs between them."""
    run: list[_Group] = []
    for found in TOKEN.finditer(folded):
        word = found.group()
        digits = SPOKEN.get(word)
        spoken = digits is not None
        if digits is None:
            if word.isalpha() and word not in {"o", "oo"}:
                continue
            digits = word.translate(READ)
        group = _Group(digits=digits, start=found.start(), end=found.end(), spoken=spoken)
        if run and not _joined(folded, run[-1], group):
            yield run
            run = []
        run.append(group)
    if run:
        yield run


def _joined(folded: str, one: _Group, other: _Group) -> bool:
    gap = SPOKEN_GAP if one.spoken and other.spoken else GAP
    return other.start - one.end <= 3 and gap.fullmatch(folded, one.end, other.start) is not None  # noqa: PLR2004


def _numbers(folded: str, run: Sequence[_Group], allowed: Collection[str]) -> Iterator[tuple[Kind, _Group, _Group]]:
    """The personal numbers of a run, each from its first group to its last."""
    place = 0
    while place < len(run):
        found = _longest(folded, run, place, allowed) if _stands_alone(folded, run, place) else None
        if found is None:
            place += 1
        else:
            kind, last = found
            if kind is not None:
                yield kind, run[place], run[last]
            place = last + 1


def _longest(
    folded: str, run: Sequence[_Group], place: int, allowed: Collection[str]
) -> tuple[Kind | None, int] | None:
    """The kind and last group of the longest number that begins at a group; no kind for one that is allowed."""
    digits = ""
    best: tuple[Kind | None, int] | None = None
    for last in range(place, len(run)):
        digits += run[last].digits
        if len(digits) > LONGEST:
            break
        if _stands_alone(folded, run, last + 1):
            kind = _kind(folded, run, place, last, digits)
            if kind is not None:
                best = (None if allowed_form(digits) in allowed else kind, last)
    return best


def _stands_alone(folded: str, run: Sequence[_Group], place: int) -> bool:
    """Whether a number can begin at this group, or end before it: at an end of the run or at a blank."""
    if place in {0, len(run)} or run[place].spoken or run[place - 1].spoken:
        return True
    return " " in folded[run[place - 1].end : run[place].start]


def _kind(folded: str, run: Sequence[_Group], first: int, last: int, digits: str) -> Kind | None:
    start, end = run[first].start, run[last].end
    groups = run[first : last + 1]
    if DATE.match(digits) and [len(group.digits) for group in groups[:3]] == [2, 2, 4]:
        return None
    if _is_phone(folded, run, first, last, digits):
        return Kind.PHONE
    pairs = len(groups) * 2 == len(digits) and all(len(group.digits) == 2 for group in groups)  # noqa: PLR2004
    if CITIZEN_ID.fullmatch(digits) and not pairs:  # pairs are draws and scores
        return Kind.CITIZEN_ID
    if ACCOUNT.fullmatch(digits) and not any(group.spoken for group in groups):
        return Kind.BANK_ACCOUNT if _is_account(folded, start, end, groups) else None
    return None


def _is_phone(folded: str, run: Sequence[_Group], first: int, last: int, digits: str) -> bool:
    found = PHONE.fullmatch(digits)
    if found is None:
        return False
    start, end = run[first].start, run[last].end
    if found["abroad"] == "84" and first != last and folded[max(start - 1, 0) : start] not in {"+", "("}:
        # 84 912 345 678 can be an amount: no sign says that it is a country.
        return " " in folded[run[first].end : run[first + 1].start] and MEASURE.match(folded, end) is None
    pairs = all(len(group.digits) == 2 and not group.spoken for group in run[first : last + 1])  # noqa: PLR2004
    more = last + 1 < len(run) and len(run[last + 1].digits) == 2  # noqa: PLR2004  (a draw has six numbers, or scores)
    return not (pairs and more)


def _is_account(folded: str, start: int, end: int, groups: Sequence[_Group]) -> bool:
    amount = len(groups) > 1 and all(
        folded[one.end : two.start] in {".", ","} and len(two.digits) == 3  # noqa: PLR2004
        for one, two in pairwise(groups)
    )
    if amount or MEASURE.match(folded, end):
        return False
    before = folded[max(start - NEAR, 0) : start]
    if ANNOUNCED.search(before):
        return True
    enough = sum(len(group.digits) for group in groups) >= 8  # noqa: PLR2004
    return enough and (BANK_BEFORE.search(before) is not None or BANK_AFTER.match(folded, end) is not None)
