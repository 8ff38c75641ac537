"""What a view of the queue is narrowed by, each as a condition on the row of a comment, and the orders it is read in.

The conditions read what the index of the queue holds beside its order, but for an author, who has an index of their
own, and for unanswered, which nearly all comments are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Integer, Text, Uuid, bindparam, case, literal_column

from engagement_widgets.comments.states import HeldReason
from engagement_widgets.comments.traits import BITS, HAS_LINK, UNMARKED, reason_bits
from engagement_widgets.storage.schema import Moment


class QueueSort(StrEnum):
    """The order of the queue.

    Attributes:
        OLDEST: the longest waiting first.
        NEWEST: the latest first.
        PRIORITY: by `priority`, of equals the longest waiting first.
    """

    OLDEST = "oldest"
    NEWEST = "newest"
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """What a view is narrowed by; what is None or False asks for nothing.

    Attributes:
        sections: the only ones that the person has to do with.
        section: of this *chuyên mục*.
        page_id: of this page.
        reason: held for this, among other reasons perhaps.
        reader: by this author, as rows name readers.
        email: left with exactly this address.
        since: submitted then or later.
        until: submitted earlier.
        has_link: with a web address in the text.
        unmarked: typed without marks.
        unreplied: without an approved reply.
        group_id: of this group of similar ones.
    """

    sections: frozenset[str] | None = None
    section: str | None = None
    page_id: UUID | None = None
    reason: HeldReason | None = None
    reader: str | None = None
    email: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    has_link: bool = False
    unmarked: bool = False
    unreplied: bool = False
    group_id: UUID | None = None

    @property
    def by_author(self) -> bool:
        """One author's comments, which are found by the author, not by walking the view."""
        return self.reader is not None or self.email is not None


UNFILTERED: Final = QueueFilter()
"""Everything there is."""

_URGENT: Final = reason_bits({HeldReason.CASE})
_HARMS: Final = reason_bits(
    {
        HeldReason.BLOCKED,
        HeldReason.WORDS,
        HeldReason.PERSONAL_DATA,
        HeldReason.IMPOSTOR,
        HeldReason.CHECKER,
        HeldReason.EDITED,
    }
)
_WAVES: Final = reason_bits(
    {
        HeldReason.DUPLICATE,
        HeldReason.SIMILAR,
        HeldReason.HASTY,
        HeldReason.NO_WORK,
        HeldReason.TRAP,
        HeldReason.CROWD,
        HeldReason.READER_FLOOD,
        HeldReason.PAGE_FLOOD,
    }
)


def _any_of(traits: "ColumnElement[int]", bits: int) -> "ColumnElement[bool]":
    return traits.op("&")(literal_column(str(bits), Integer)) > literal_column("0")


def priority(row: Any) -> "ColumnElement[int]":  # noqa: ANN401  (the columns of the table or of an alias)
    """How pressing a waiting comment is, from 0 down.

    0: readers or an open case complain about it. 1: a rule found what may harm somebody, or it was public and was taken
    down for a change. 2: nothing of the kind; honest newcomers are here. 3: signs of machines and waves, which can wait
    and are decided in groups; the first one of a group, of which no rule says so, stands with its group.

    Computed, not stored: it follows from columns that stand in the index, and sorting what an index of 100,000 rows
    gives costs less than an index of its own would cost every post.
    """
    return case(
        (_any_of(row.traits, _URGENT) | (row.reported > literal_column("0")), literal_column("0")),
        (_any_of(row.traits, _WAVES) | row.group_id.is_not(None), literal_column("3")),
        (_any_of(row.traits, _HARMS), literal_column("1")),
        else_=literal_column("2"),
    )


def conditions(table: FromClause) -> "Mapping[str, ColumnElement[bool]]":
    """By the names of `asked`, on the table of comments or an alias of it."""
    row = table.c
    return MappingProxyType(
        {
            "sections": row.section.in_(bindparam("sections", expanding=True)),
            "section": row.section == bindparam("section"),
            "page_id": row.page_id == bindparam("page_id", type_=Uuid()),
            "reason": row.traits.op("&")(bindparam("reason", type_=Integer())) > literal_column("0"),
            "complained": row.reported > literal_column("0"),
            "reader": row.reader == bindparam("reader"),
            "email": row.author_email == bindparam("email", type_=Text()),
            "since": row.submitted_at >= bindparam("since", type_=Moment()),
            "until": row.submitted_at < bindparam("until", type_=Moment()),
            "has_link": _any_of(row.traits, HAS_LINK),
            "unmarked": _any_of(row.traits, UNMARKED),
            "unreplied": row.approved_replies == literal_column("0"),
            "group_id": row.group_id == bindparam("group_id", type_=Uuid()),
        }
    )


def asked(narrowed: QueueFilter) -> dict[str, Any]:
    """The conditions of a filter by name, with the values to bind."""
    return dict(_asked(narrowed))


def _asked(narrowed: QueueFilter) -> Iterator[tuple[str, Any]]:
    for one in fields(narrowed):
        value = getattr(narrowed, one.name)
        if value is None or value is False:
            continue
        if one.name == "sections":
            yield one.name, sorted(value)
        elif one.name != "reason":
            yield one.name, value
        elif value is HeldReason.REPORTED:
            yield "complained", True
        else:
            yield one.name, BITS[value]
