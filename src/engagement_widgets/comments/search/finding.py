"""Searching: comments with all of the words, exact spellings first, the newest first among equals.

One walk after the other, each from the newest comment on: at the desk those left with an e-mail address, then the exact
spellings, then the others. One page looks at no more than `MOST_CANDIDATES` comments, however common the words are:
where what is asked beside the words leaves few of them the page is short, and its cursor goes on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    column,
    func,
    select,
    table,
    text,
    true,
)

from engagement_widgets.comments.queue.filters import UNFILTERED, QueueFilter, asked, conditions
from engagement_widgets.comments.search.tables import comment_words
from engagement_widgets.comments.search.words import Phrase, words_of
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.visibility import public
from engagement_widgets.pages.states import on_shown_page
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.units import Tx

MOST_CANDIDATES: Final = 1000
_BATCH: Final = 250  # of them a statement: most pages need no second one
NEWEST: Final = 2**62
_NEAR: Final = 4000
_SEVERAL: Final = 25
"""Among the `_NEAR` newest rows: a batch then lies within ten times as many, and walking on finds it."""


class Walk(StrEnum):
    """The parts of an answer, in their order."""

    EMAIL = "email"
    EXACT = "exact"
    FOLDED = "folded"


_WALKS: Final = tuple(Walk)


class Reach(StrEnum):
    """How PostgreSQL is to find the rows that have the words; SQLite's index gives them in order whatever is asked.

    PostgreSQL's planner takes a phrase to be as frequent as its words are together. It would walk through everything
    for one that is nowhere.
    """

    NEAR = "near"
    """As it likes, among the newest."""

    WALK = "walk"
    """As it likes."""

    INDEX = "index"
    """By the index of the words: all that have them, and then the newest of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """How far a search has come: in which walk, and before which row of the index."""

    walk: Walk = Walk.EMAIL
    before: int = NEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is searched for, `size` comments from a spot on.

    Attributes:
        phrases: of `words.parse_query`; without one nothing is found.
        size: comments a page.
        spot: where to go on.
        public_only: what the public sees, else comments of every status.
        email: also comments left with exactly this address; for the desk alone.
        status: of this status alone.
        reported: with so many open reports or more.
        section: of this section's pages alone.
        page_id: of this page alone.
        named: words that must stand side by side in the author's name.
        narrowed: what else the desk asks for.
    """

    phrases: tuple[Phrase, ...]
    size: int
    spot: Spot = Spot()
    public_only: bool
    email: str | None = None
    status: Status | None = None
    reported: int | None = None
    section: str | None = None
    page_id: UUID | None = None
    named: Phrase = ()
    narrowed: QueueFilter = UNFILTERED


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """The comments found, best first. `next` is where the following page begins, None at the end.

    A page with fewer comments than asked and a `next` has looked at `MOST_CANDIDATES`.
    """

    ids: tuple[UUID, ...]
    next: Spot | None


_FTS = table("engagement_comment_fts", column("rowid", Integer()))
_MATCHES: Final = {
    "sqlite": {
        Walk.EXACT: text("engagement_comment_fts MATCH 'exact : (' || :spelled || ')'"),
        Walk.FOLDED: text(
            "engagement_comment_fts MATCH '(folded : (' || :folded || ')) NOT (exact : (' || :spelled || '))'"
        ),
    },
    "postgresql": {
        Walk.EXACT: text("exact @@ CAST(:spelled AS tsquery)"),
        Walk.FOLDED: text("folded @@ CAST(:folded AS tsquery) AND NOT exact @@ CAST(:spelled AS tsquery)"),
    },
}
_LAST = select(func.max(comment_words.c.seq))
_WORDS_OF = and_(comment_words.c.site_id == comments.c.site_id, comment_words.c.comment_id == comments.c.id)
_LEFT_WITH = comments.c.author_email == bindparam("email", type_=Text())


def search(tx: Tx, command: Search) -> Hits:
    """One page of what is found."""
    found: list[tuple[UUID, Spot]] = []
    looked = 0
    for spot in _walks(command):
        for row in _candidates(tx, command, spot):
            looked += 1
            here = Spot(walk=spot.walk, before=row.seq)
            if row.fits and _is_named(row.author_name, command.named):
                found.append((row.id, here))
            if len(found) > command.size:
                return Hits(ids=_ids(found[:-1]), next=found[-2][1])
            if looked == MOST_CANDIDATES:
                return Hits(ids=_ids(found), next=here)
    return Hits(ids=_ids(found), next=None)


def _is_named(name: str, wanted: Phrase) -> bool:
    """Whether the words stand side by side in a name, marks and case aside."""
    words = [word.folded for word in words_of(name)]
    named = [word.folded for word in wanted]
    return any(words[at : at + len(named)] == named for at in range(len(words) - len(named) + 1))


def _ids(found: list[tuple[UUID, Spot]]) -> tuple[UUID, ...]:
    return tuple(comment_id for comment_id, _ in found)


def _walks(command: Search) -> Iterator[Spot]:
    """Where each part of the answer begins that is still to come."""
    walks = tuple(Walk)
    for walk in walks[walks.index(command.spot.walk) :]:
        if command.phrases or command.named if walk is not Walk.EMAIL else command.email:
            yield command.spot if walk is command.spot.walk else Spot(walk=walk)


def _candidates(tx: Tx, command: Search, spot: Spot) -> Iterator[Any]:
    """Rows (seq, id, author_name, fits) of one walk, the newest first."""
    values = {name: value for name in _CONDITIONS if (value := getattr(command, name)) is not None}
    narrowing = {f"{_NARROWED}{name}": value for name, value in asked(command.narrowed).items()}
    statement = partial(_statement, tx.dialect, spot.walk, command.public_only, (*values, *narrowing))
    # the desk asks for section, page and address by its filter alone: their values are never given twice
    params = values | asked(command.narrowed) | {"site": tx.site, "before": spot.before, "size": _BATCH}
    reach = Reach.WALK
    if spot.walk is not Walk.EMAIL:
        named = (command.named,) if command.named else ()
        params |= _wanted(tx.dialect, (*command.phrases, *named))
        if tx.dialect == "postgresql":
            params["since"] = min((tx.execute(_LAST).scalar() or 0) + 1, spot.before) - _NEAR
            near = tx.execute(statement(Reach.NEAR), params).all()
            yield from near
            params["before"] = near[-1].seq if len(near) == _BATCH else params["since"]
            reach = Reach.WALK if len(near) >= _SEVERAL else Reach.INDEX
    while rows := tx.execute(statement(reach), params).all():
        yield from rows
        if len(rows) < _BATCH:
            return
        params["before"] = rows[-1].seq


_CONDITIONS: "Final[dict[str, ColumnElement[bool]]]" = {
    "status": comments.c.status == bindparam("status"),
    "reported": comments.c.reported >= bindparam("reported", type_=Integer()),
    "section": pages.c.section == bindparam("section"),
    "page_id": comments.c.page_id == bindparam("page_id", type_=Uuid()),
    "email": comments.c.author_email.is_distinct_from(bindparam("email", type_=Text())),  # of the first walk
}
_NARROWED: Final = "narrowed."
_NARROWING = conditions(comments)


@cache
def _statement(
    dialect: str,
    walk: Walk,
    public_only: bool,  # noqa: FBT001
    asked: tuple[str, ...],
    reach: Reach,
) -> "Select[Any]":
    """The candidates of a batch, and whether they fit what is asked beside the words."""
    found = _matching(dialect, walk, reach).limit(bindparam("size", type_=Integer())).subquery("found")
    wanted = [_CONDITIONS[name] for name in asked if name in _CONDITIONS and (name, walk) != ("email", Walk.EMAIL)]
    wanted += [_NARROWING[name.removeprefix(_NARROWED)] for name in asked if name.startswith(_NARROWED)]
    fits = and_(true(), *wanted, *([public(), on_shown_page(comments.c.page_id)] if public_only else []))
    return (
        select(found.c.seq, comments.c.id, comments.c.author_name, fits.label("fits"))
        .select_from(found)
        .join(comments, and_(comments.c.site_id == bindparam("site"), comments.c.id == found.c.comment_id))
        .join(pages, and_(pages.c.site_id == comments.c.site_id, pages.c.id == comments.c.page_id))
        .order_by(found.c.seq.desc())
    )


def _matching(dialect: str, walk: Walk, reach: Reach) -> "Select[Any]":
    seq: ColumnElement[Any] = comment_words.c.seq
    found = select(comment_words.c.seq, comment_words.c.comment_id)
    if walk is Walk.EMAIL:
        found = found.join(comments, _WORDS_OF).where(_LEFT_WITH)
    else:
        if dialect == "sqlite":  # the index gives its rows in order when it is asked by its own name
            seq = _FTS.c.rowid
            found = found.join(_FTS, seq == comment_words.c.seq)
        found = found.where(_MATCHES[dialect][walk])
    found = found.where(comment_words.c.site_id == bindparam("site"), seq < bindparam("before", type_=BigInteger()))
    if reach is Reach.NEAR:
        found = found.where(seq >= bindparam("since", type_=BigInteger()))
    if reach is Reach.INDEX:  # what is materialized is found without a thought to how few of it are wanted
        all_of_them = found.cte("all_of_them").prefix_with("MATERIALIZED")
        found, seq = select(all_of_them), all_of_them.c.seq
    return found.order_by(seq.desc())


def _wanted(dialect: str, phrases: tuple[Phrase, ...]) -> dict[str, str]:
    """The words in the database's own notation, each in quotes: they are letters, marks and digits alone."""
    return {
        "spelled": _NOTATIONS[dialect]([[word.exact for word in phrase] for phrase in phrases]),
        "folded": _NOTATIONS[dialect]([[word.folded for word in phrase] for phrase in phrases]),
    }


def _fts5(phrases: list[list[str]]) -> str:
    return " AND ".join(f'"{" ".join(words)}"' for words in phrases)


def _tsquery(phrases: list[list[str]]) -> str:
    return " & ".join("(" + " <-> ".join(f"'{word}'" for word in words) + ")" for words in phrases)


_NOTATIONS: Final = {"sqlite": _fts5, "postgresql": _tsquery}
