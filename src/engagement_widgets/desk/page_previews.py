"""What merging a page into another would move, before it is made; and which other page somebody means."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, func, select

from engagement_widgets.desk.pages_reading import IS_PAGE, ROW, PageFacts, find_row, page_facts
from engagement_widgets.errors import NotFound
from engagement_widgets.pages.reference import page_id as id_of
from engagement_widgets.pages.tables import pages
from engagement_widgets.ratings.tables import votes
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """What a merge would move to another page: comments, votes, and of these the readers who have rated both."""

    page_id: UUID
    into: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePreview:
    """What a `Moving` finds."""

    page: PageFacts
    target: PageFacts
    comments: int
    votes: int
    doubles: int


_BY_URL = ROW.where(*IS_PAGE, pages.c.url == bindparam("url")).order_by(pages.c.id).limit(bindparam("size"))
_other = votes.alias("other")
_VOTES = select(func.count()).where(votes.c.site_id == bindparam("site"), votes.c.page_id == bindparam("page"))
_DOUBLES = _VOTES.where(
    select(_other.c.voter)
    .where(_other.c.site_id == votes.c.site_id, _other.c.page_id == bindparam("there"), _other.c.voter == votes.c.voter)
    .exists()
)


def find_target(tx: Tx, named: str) -> UUID:
    """The page that somebody names by its id, key or address.

    Raises:
        NotFound: `unknown_page`.
    """
    row = find_row(tx, _uuid(named) or id_of(tx.site, named)) or find_row(tx, id_of(tx.site, named))
    row = row or tx.execute(_BY_URL, {"site": tx.site, "url": named, "size": 1}).mappings().first()
    if row is None:
        raise NotFound("unknown_page")
    found: UUID = row["moved_to"] or row["id"]
    return found


def preview_merge(tx: Tx, command: Moving) -> MergePreview:
    """What would move, as of one moment.

    Raises:
        NotFound: `unknown_page`.
    """
    page, target = page_facts(tx, command.page_id), page_facts(tx, command.into)
    both = {"site": tx.site, "page": page.page.id, "there": target.page.id}
    return MergePreview(
        page=page,
        target=target,
        comments=sum(page.statuses.values()),
        votes=int(tx.execute(_VOTES, both).scalar_one()),
        doubles=int(tx.execute(_DOUBLES, both).scalar_one()),
    )


def _uuid(raw: str) -> UUID | None:
    try:
        return UUID(raw)
    except ValueError:
        return None
