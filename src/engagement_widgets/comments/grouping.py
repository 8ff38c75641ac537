"""Which comments resemble one another: each learns its group as it comes, from what its rules have found anyway.

A comment joins the group of the first one that it was found to repeat or resemble on its page (`rules.similar`); else
of one with the same folded text that waits on any page. Both were looked up in the statement that asks for everything
a post needs: a comment like no other costs nothing here, another one look at the row that it resembles.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import ScalarSelect, bindparam, func, literal_column, select, update

from engagement_widgets.comments.rules.case import Ruling
from engagement_widgets.comments.rules.facts import GIVEN
from engagement_widgets.comments.states import HeldReason, Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.storage.units import Tx

_RESEMBLES: Final = frozenset({HeldReason.DUPLICATE, HeldReason.SIMILAR})

_twin = comments.alias("w")  # a short name, see `submission`
WAITING_TWIN: "ScalarSelect[UUID]" = (
    select(_twin.c.id)
    .where(
        _twin.c.site_id == GIVEN.c.site,
        _twin.c.body_hash == GIVEN.c.hash,
        _twin.c.status == literal_column(f"'{Status.PENDING}'"),
    )
    .limit(literal_column("1"))
    .correlate(GIVEN)
    .scalar_subquery()
)
"""A question over `facts.GIVEN`: a comment of any page that says the same and waits."""

_THIS = (comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment"))
_GROUP = select(func.coalesce(comments.c.group_id, comments.c.id).label("group"), comments.c.group_id).where(*_THIS)
_FOUND = update(comments).where(*_THIS, comments.c.group_id.is_(None)).values(group_id=comments.c.id)


def group_of(tx: Tx, ruling: Ruling, twin: UUID | None) -> UUID | None:
    """The group that a new comment joins, None where it resembles nothing; the first one there joins its own."""
    found = next((one.params["of"] for one in ruling.findings if one.rule.kind in _RESEMBLES), twin)
    if found is None:
        return None
    resembled = {"site": tx.site, "comment": UUID(str(found))}
    row = tx.execute(_GROUP, resembled).first()
    if row is None:  # purged since
        return None
    if row.group_id is None:
        tx.execute(_FOUND, resembled)
    group: UUID = row.group
    return group
