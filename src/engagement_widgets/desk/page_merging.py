"""Merging a page into another: what readers wrote under both stands under one, and both names lead there.

It cannot be undone. Of two votes of a reader one is dropped, and what is written afterwards belongs to neither page.
Whoever asks is told so and has to say that they mean it.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, or_, update

from engagement_widgets.captcha.service import MoveChallenges, move_challenges
from engagement_widgets.comments.moving import MoveComments, move_comments
from engagement_widgets.desk.page_deeds import SUBJECT
from engagement_widgets.desk.page_rows import PageStanding, family_of, hold_page, look, standing_of, tell_family
from engagement_widgets.errors import NotFound
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.service import Record, record
from engagement_widgets.pages.tables import pages
from engagement_widgets.ratings.merging import MergeRatings, merge_ratings
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePages:
    """Which page goes into which other, by their ids or those of aliases; `why` is for the journal.

    `seen`: `page_rows.stamp_of` the page that goes, as the person saw it; None does not look.
    """

    page_id: UUID
    into: UUID
    actor: DeskUser
    why: str | None = None
    seen: str | None = None


_LEAD = (
    update(pages)
    .where(
        pages.c.site_id == bindparam("site"),
        or_(pages.c.id == bindparam("page"), pages.c.moved_to == bindparam("page")),
    )
    .values(moved_to=bindparam("target"))
)


def merge_pages(tx: Tx, command: MergePages) -> PageStanding:
    """Move all that a page carries to another, and make its id an alias. Merged already, nothing changes.

    Address, title, section and what the desk has closed or frozen are those of the page that stays.

    Raises:
        NotFound: `unknown_page`: nobody has written on one of them; `page_withdrawn`: restore it first.
        Refused: `section_required`: one of them is in a section that is not the person's.
        Conflict: `stale_page`: the page that goes is not as it was seen.
    """
    held = {page_id: hold_page(tx, page_id) for page_id in sorted((command.page_id, command.into))}
    page, target = held[command.page_id], held[command.into]
    look(command.actor, page, command.seen)
    look(command.actor, target)
    if page["withdrawn_at"] is not None or target["withdrawn_at"] is not None:
        raise NotFound("page_withdrawn")
    if page["id"] == target["id"]:
        return standing_of(target)
    moved = _move(tx, page["id"], target["id"], target["section"])
    record(
        tx,
        Record(
            actor=command.actor,
            action="page.merged",
            subject_kind=SUBJECT,
            subject_id=str(page["id"]),
            before={name: page[name] for name in ("key", "url", "title", "section")},
            after={"into": str(target["id"]), "key": target["key"], "comments": moved},
            why=command.why,
            section=target["section"],
        ),
    )
    return standing_of(target)


def _move(tx: Tx, page_id: UUID, target: UUID, section: str) -> int:
    """What every slice does about it; how many comments moved."""
    family = family_of(tx, page_id)
    tx.execute(_LEAD, {"site": tx.site, "page": page_id, "target": target})
    moved = move_comments(tx, MoveComments(page_id=page_id, into=target, section=section))
    merge_ratings(tx, MergeRatings(page_id=page_id, into=target))
    move_challenges(tx, MoveChallenges(page_id=page_id, into=target))
    tell_family(tx, [*(row["id"] for row in family), target])
    return moved
