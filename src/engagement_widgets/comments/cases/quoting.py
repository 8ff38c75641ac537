"""Where else the words of a case can be read: what answers its comments, and what repeats a passage of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, bindparam, func, literal_column, select

from engagement_widgets.comments.cases.tables import case_comments
from engagement_widgets.comments.display import name_text
from engagement_widgets.comments.remains import IS_WHOLE
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.kernel.text import fold
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

RUN: Final = 6
"""So many words one after the other that a text shares with another make it a quotation."""

MOST_READ: Final = 500
"""Comments after the first of the case that are read of each of its pages, the next ones first."""

MOST_TOLD: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """A comment that is not of the case. `answers`: one of the case's; `quotes`: it repeats `RUN` words of one."""

    comment_id: UUID
    name: str
    body: str
    status: Status
    answers: bool
    quotes: bool

    @property
    def author(self) -> str:
        """The name as shown."""
        return name_text(self.name)


_OF_CASE = and_(comments.c.site_id == case_comments.c.site_id, comments.c.id == case_comments.c.comment_id)
_PAGES = (
    select(comments.c.page_id, func.min(comments.c.submitted_at).label("since"))
    .join(case_comments, _OF_CASE)
    .where(case_comments.c.site_id == bindparam("site"), case_comments.c.case_id == bindparam("case"))
    .group_by(comments.c.page_id)
)
_KEPT = select(case_comments.c.comment_id, case_comments.c.evidence).where(
    case_comments.c.site_id == bindparam("site"), case_comments.c.case_id == bindparam("case")
)
_AFTER = (
    select(
        comments.c.id,
        comments.c.author_name,
        comments.c.body,
        comments.c.status,
        func.coalesce(comments.c.reply_to_id, comments.c.parent_id).label("answered"),
    )
    .where(
        comments.c.site_id == bindparam("site"),
        comments.c.page_id == bindparam("page"),
        comments.c.submitted_at >= bindparam("since", type_=Moment()),
        IS_WHOLE,
    )
    .order_by(comments.c.submitted_at, comments.c.id)
    .limit(literal_column(str(MOST_READ)))
)


def repetitions(tx: Tx, case_id: UUID) -> tuple[Repetition, ...]:
    """What answers or quotes the comments of a case, in the order it came, at most `MOST_TOLD`."""
    key = {"site": tx.site, "case": case_id}
    kept = {row.comment_id: row.evidence["body"] for row in tx.execute(_KEPT, key)}
    runs = frozenset(run for body in kept.values() for run in _runs(body))
    found = (_repetition(row, kept.keys(), runs) for row in _read(tx, key) if row.id not in kept)
    return tuple(one for one in found if one.answers or one.quotes)[:MOST_TOLD]


def _read(tx: Tx, key: dict[str, Any]) -> Iterator[Any]:
    for page in tx.execute(_PAGES, key).all():
        yield from tx.execute(_AFTER, {"site": tx.site, "page": page.page_id, "since": page.since})


def _repetition(row: Any, subjects: Iterable[UUID], runs: frozenset[str]) -> Repetition:  # noqa: ANN401
    return Repetition(
        comment_id=row.id,
        name=row.author_name,
        body=row.body,
        status=Status(row.status),
        answers=row.answered in subjects,
        quotes=not runs.isdisjoint(_runs(row.body)),
    )


def _runs(text: str) -> Iterator[str]:
    """The runs of a text, folded; a shorter text is one run."""
    words = fold(text).split()
    yield from (" ".join(words[at : at + RUN]) for at in range(max(1, len(words) - RUN + 1)))
