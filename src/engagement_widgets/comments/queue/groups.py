"""Comments that resemble one another and wait, as one pile: how many, what differs, and who is an exception.

How many there are is counted. What the pile shows in words is of its first `MOST_READ`; names and pages of more of
them are told as "at least".
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any, Final
from uuid import UUID

from markupsafe import Markup, escape
from sqlalchemy import Integer, and_, bindparam, case, exists, func, literal_column, select, text

from engagement_widgets.comments.display import excerpt, name_text, neutralise
from engagement_widgets.comments.queue.filters import UNFILTERED, QueueFilter, asked, conditions
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.traits import HAS_LINK
from engagement_widgets.storage.units import Tx

MOST_READ: Final = 200
_MOST_VARIANTS: Final = 4
_MOST_EXCEPTIONS: Final = 10
_LINE: Final = 160
_GAP: Final = "[…]"
_WORDS = re.compile(r"\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A wording, with what no other shares marked, and how many have it."""

    html: Markup
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exempt:
    """A comment of the group that should be looked at by itself: its author has `approved` comments."""

    id: UUID
    author: str
    line: str
    approved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """A pile.

    Attributes:
        id: of the group.
        count: how many wait.
        names: different names among those read.
        pages: different pages among those read.
        first_at: when the first of them came.
        last_at: when the last did.
        has_links: one of those read has a web address in it.
        pattern: what all of those read have in common, as HTML, with gaps.
        variants: the wordings, most frequent first; at most a few.
        wordings: how many different ones were read.
        exempt: whom a decision about the pile leaves out.
        is_whole: all of them were read.
    """

    id: UUID
    count: int
    names: int
    pages: int
    first_at: datetime
    last_at: datetime
    has_links: bool
    pattern: Markup
    variants: tuple[Variant, ...]
    wordings: int
    exempt: tuple[Exempt, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupQuery:
    """Which group, and what of it a person sees."""

    group_id: UUID
    narrowed: QueueFilter = UNFILTERED


_CONDITIONS = conditions(comments)
_others = comments.alias("others")
_APPROVED = (
    select(func.count())
    .where(
        _others.c.site_id == comments.c.site_id,
        _others.c.reader == comments.c.reader,
        _others.c.status == literal_column(f"'{Status.APPROVED}'"),
    )
    .correlate(comments)
    .scalar_subquery()
)
IN_GROUP: Final = and_(
    comments.c.site_id == bindparam("site"),
    comments.c.group_id == bindparam("group"),
    text(f"{comments.name}.status = 'pending' AND {comments.name}.group_id IS NOT NULL"),
)
IS_EXEMPT: Final = exists().where(
    _others.c.site_id == comments.c.site_id,
    _others.c.reader == comments.c.reader,
    _others.c.status == literal_column(f"'{Status.APPROVED}'"),
)
"""Condition on the table of comments: their author has had something approved."""

_COUNT = select(
    func.count().label("waiting"),
    func.min(comments.c.submitted_at).label("first"),
    func.max(comments.c.submitted_at).label("last"),
).where(IN_GROUP)
_READ = (
    select(
        comments.c.id,
        comments.c.author_name,
        comments.c.body,
        comments.c.body_hash,
        comments.c.page_id,
        comments.c.traits,
        case((IS_EXEMPT, _APPROVED), else_=literal_column("0")).label("approved"),
    )
    .where(IN_GROUP)
    .order_by(comments.c.submitted_at, comments.c.id)
    .limit(bindparam("most", type_=Integer()))
)


def group_view(tx: Tx, query: GroupQuery) -> GroupView | None:
    """A pile as it stands; None where fewer than two of it wait and are this person's to see."""
    params = asked(query.narrowed)
    narrowing = [_CONDITIONS[name] for name in params]
    params |= {"site": tx.site, "group": query.group_id, "most": MOST_READ}
    found = tx.execute(_COUNT.where(*narrowing), params).one()
    if found.waiting < 2:  # noqa: PLR2004  (one is no pile)
        return None
    rows = tx.execute(_READ.where(*narrowing), params).all()
    exempt = [row for row in rows if row.approved]
    others = [row for row in rows if not row.approved] or rows
    wordings = Counter(row.body_hash for row in others)
    bodies = {row.body_hash: row.body for row in reversed(others)}
    frequent = [(bodies[one], count) for one, count in wordings.most_common(_MOST_VARIANTS)]
    return GroupView(
        id=query.group_id,
        count=found.waiting,
        names=len({row.author_name for row in rows}),
        pages=len({row.page_id for row in rows}),
        first_at=found.first,
        last_at=found.last,
        has_links=any(row.traits & HAS_LINK for row in rows),
        pattern=pattern([body for body, _ in frequent]),
        variants=tuple(
            Variant(html=differing(body, [other for other, _ in frequent if other != body]), count=count)
            for body, count in frequent
        ),
        wordings=len(wordings),
        exempt=tuple(_exempt(row) for row in exempt[:_MOST_EXCEPTIONS]),
        is_whole=len(rows) == found.waiting,
    )


def pattern(bodies: Sequence[str]) -> Markup:
    """What all of the wordings have in common, in the words of the first, with a marked gap for the rest."""
    first, *others = (_words(body) for body in bodies)
    kept = [all(word in shared for shared in (_shared(first, other) for other in others)) for word in range(len(first))]
    shown: list[str | Markup] = []
    for word, is_kept in zip(first, kept, strict=True):
        if is_kept:
            shown.append(word)
        elif not shown or shown[-1] != _GAP_HTML:
            shown.append(_GAP_HTML)
    return Markup(" ").join(map(escape, shown))


def differing(body: str, others: Sequence[str]) -> Markup:
    """The first words of a wording, with those marked that it shares with no other."""
    words = _words(excerpt(body, _LINE))
    shared = set().union(*(_shared(words, _words(other)) for other in others)) if others else set(range(len(words)))
    return Markup(" ").join(
        escape(word) if at in shared else Markup("<mark>{}</mark>").format(word) for at, word in enumerate(words)
    )


_GAP_HTML: Final = Markup("<mark>{}</mark>").format(_GAP)


def _words(body: str) -> list[str]:
    return _WORDS.findall(neutralise(body))


def _shared(words: Sequence[str], others: Sequence[str]) -> set[int]:
    """The places of the words that stand in another text as well, in the same order."""
    matcher = SequenceMatcher(None, words, others, autojunk=False)
    return {block.a + step for block in matcher.get_matching_blocks() for step in range(block.size)}


def _exempt(row: Any) -> Exempt:  # noqa: ANN401  (a row of `_READ`)
    return Exempt(id=row.id, author=name_text(row.author_name), line=excerpt(row.body, _LINE), approved=row.approved)
