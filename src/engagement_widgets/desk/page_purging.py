"""Removing for good what a page carried that was deleted long ago. Until then it can be restored.

What is left is its id, as a row without a key or a word in it: an article that was saved under it writes nowhere any
more. While an open case is about one of its comments, the page waits. Evidence of closed cases stays, as `purging` of
comments keeps it.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, exists, literal_column, null, select, update

from engagement_widgets.comments.cases.freezing import FROZEN
from engagement_widgets.comments.purging import AT_ONCE, PurgePage, purge_page_comments
from engagement_widgets.comments.tables import comments
from engagement_widgets.desk.page_rows import SUBJECT, family_of, placeholder
from engagement_widgets.journal.service import SYSTEM, Record, drop_undos, record
from engagement_widgets.pages.tables import pages
from engagement_widgets.ratings.purging import PurgeVotes, purge_votes
from engagement_widgets.storage.outbox import Chore
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgePages:
    """Purge pages that were deleted longer than `after` ago, at most `most` comments or votes at a time."""

    after: timedelta
    most: int = AT_ONCE


_SITE: "BindParameter[str]" = bindparam("site")
_IS_EVIDENCE = exists().where(comments.c.site_id == pages.c.site_id, comments.c.page_id == pages.c.id, FROZEN)
# PostgreSQL skips what an editor has in hand; it is purged the next time.
_DUE = (
    select(pages.c.id)
    .where(
        pages.c.site_id == _SITE,
        pages.c.deleted_at < bindparam("before", type_=Moment()),
        pages.c.purged_at.is_(None),
        pages.c.moved_to.is_(None),
        ~_IS_EVIDENCE,
    )
    .order_by(pages.c.deleted_at, pages.c.id)
    .limit(literal_column("1"))
    .with_for_update(skip_locked=True, of=pages)
)
_EMPTY = (
    update(pages)
    .where(pages.c.site_id == _SITE, pages.c.id == bindparam("page"))
    .values(
        key=bindparam("no_key"),
        url="",
        title="",
        section="",
        locale=null(),
        published_at=null(),
        comments_closed_at=null(),
        purged_at=bindparam("at", type_=Moment()),
    )
)


def purge_pages(tx: Tx, command: PurgePages) -> bool:
    """Remove some of what the page carries that was deleted first; tell whether more may be left of any."""
    page_id = tx.execute(_DUE, {"site": tx.site, "before": tx.now - command.after}).scalar()
    if page_id is None:
        return False
    if not purge_page_comments(tx, PurgePage(page_id=page_id, most=command.most)) and not purge_votes(
        tx, PurgeVotes(page_id=page_id, most=command.most)
    ):
        _empty(tx, page_id)
    return True


def purging_pages(days: int) -> tuple[Chore, ...]:
    """The chore of the outbox that purges pages after so many days; none for 0."""

    def purge(tx: Tx, command: None) -> bool:
        del command
        return purge_pages(tx, PurgePages(after=timedelta(days=days)))

    return (purge,) if days else ()


def _empty(tx: Tx, page_id: UUID) -> None:
    for row in family_of(tx, page_id):
        tx.execute(_EMPTY, {"site": tx.site, "page": row["id"], "no_key": placeholder(row["id"]), "at": tx.now})
    drop_undos(tx, SUBJECT, [page_id])
    record(tx, Record(actor=SYSTEM, action="page.purged", subject_kind=SUBJECT, subject_id=str(page_id)))
