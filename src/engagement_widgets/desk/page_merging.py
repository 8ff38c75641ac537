"""Merging a page into another: what readers wrote under both stands under one, and both names lead there.

It can be undone for a while: which comments and votes moved, and what was dropped, is remembered until then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, null, or_, update

from engagement_widgets.captcha.service import move_challenges, move_challenges_back
from engagement_widgets.comments.moving import MovedComments, move_comments
from engagement_widgets.comments.moving_back import move_comments_back
from engagement_widgets.desk.gate import EDITORS
from engagement_widgets.desk.page_rows import (
    SUBJECT,
    UNDO_KIND,
    PageFields,
    PageStanding,
    family_of,
    hold_page,
    look,
    stamp_of,
    standing_of,
    tell_family,
)
from engagement_widgets.errors import Conflict, NotFound, Refused
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.service import Record, UndoRecord, record, remember_undo
from engagement_widgets.pages.merges import AT_ONCE, Merge, forget_moved, over
from engagement_widgets.pages.tables import merge_rows, pages
from engagement_widgets.ratings.merging import merge_ratings
from engagement_widgets.ratings.merging_back import check_ratings, move_votes_back
from engagement_widgets.ratings.tables import merged_votes
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePages:
    """Which page goes into which other, by their ids or those of aliases; `why` is for the journal.

    `undo_window`: for how long it can be undone. `seen`: `page_rows.stamp_of` the page that goes, as the person saw
    it; None does not look.
    """

    page_id: UUID
    into: UUID
    actor: DeskUser
    why: str | None = None
    undo_window: timedelta = timedelta(minutes=10)
    seen: str | None = None


_HERE = pages.c.site_id == bindparam("site")
_LEAD = (
    update(pages)
    .where(_HERE, or_(pages.c.id == bindparam("page"), pages.c.moved_to == bindparam("page")))
    .values(moved_to=bindparam("target"))
)
_STAND = update(pages).where(_HERE, pages.c.id == bindparam("page")).values(moved_to=null())
_LEAD_BACK = (
    update(pages).where(_HERE, pages.c.id.in_(bindparam("names", expanding=True))).values(moved_to=bindparam("page"))
)
_OVER = tuple(over(table) for table in (merge_rows, merged_votes))


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
    merge = Merge(id=tx.new_id(), page_id=page["id"], into=target["id"], until=tx.now + command.undo_window)
    names = [row["id"] for row in family_of(tx, page["id"]) if row["id"] != page["id"]]
    moved, ratings = _move(tx, merge, target)
    tell_family(tx, [page["id"], *names, target["id"]])
    entry_id = _write_down(tx, command, page, target, moved.number)
    undo_id = _remember(tx, entry_id, merge, names, moved, ratings)
    return standing_of(target, undo_id)


def unmerge_pages(tx: Tx, undo: UndoRecord, actor: DeskUser) -> PageStanding:
    """Make two pages of one again: what moved goes back as it is now, what was written since on the other stays there.

    Raises:
        Refused: `role_required`; `section_required`.
        Conflict: `stale_page`: something else was done to one of them, or to the votes of both, since.
    """
    if actor.role not in EDITORS:
        raise Refused("role_required")
    kept = undo.payload
    merge = Merge(id=UUID(kept["merge"]), page_id=UUID(kept["page"]), into=UUID(kept["into"]), until=undo.expires_at)
    family = {row["id"]: row for row in family_of(tx, merge.into)}
    if {str(name): stamp_of(row) for name, row in family.items()} != kept["standing"]:
        raise Conflict("stale_page")
    page = {**family[merge.page_id], "moved_to": None}
    look(actor, page)
    look(actor, family[merge.into])
    if kept["ratings"] is not None:
        check_ratings(tx, merge, kept["ratings"])
    moved = _move_back(tx, merge, page, kept)
    tell_family(tx, family)
    record(
        tx,
        Record(
            actor=actor,
            action="page.unmerged",
            subject_kind=SUBJECT,
            subject_id=str(merge.page_id),
            before={"into": str(merge.into), "key": family[merge.into]["key"]},
            after={**{name: page[name] for name in ("key", "url", "title", "section")}, "comments": moved},
            section=page["section"],
        ),
    )
    return standing_of(page)


def forget_merges(tx: Tx, command: None = None) -> bool:
    """Forget some of what merges have moved that can no longer be undone; tell whether more may be left."""
    del command
    old = {"site": tx.site, "now": tx.now, "most": AT_ONCE}
    deleted = [tx.execute(statement, old).rowcount for statement in _OVER]
    return max(deleted) == AT_ONCE


def _move(tx: Tx, merge: Merge, target: PageFields) -> tuple[MovedComments, Mapping[str, Any] | None]:
    """What every slice does about it, and what it needs to undo it."""
    tx.execute(_LEAD, {"site": tx.site, "page": merge.page_id, "target": merge.into})
    moved = move_comments(tx, merge, target["section"])
    ratings = merge_ratings(tx, merge)
    move_challenges(tx, merge)
    return moved, ratings


def _move_back(tx: Tx, merge: Merge, page: PageFields, kept: Mapping[str, Any]) -> int:
    """What every slice does about the undo; how many comments moved."""
    here = {"site": tx.site, "page": merge.page_id}
    tx.execute(_STAND, here)
    tx.execute(_LEAD_BACK, {**here, "names": [UUID(name) for name in kept["names"]]})
    moved = move_comments_back(tx, merge, page["section"], kept["comments"])
    if kept["ratings"] is not None:
        move_votes_back(tx, merge, datetime.fromisoformat(kept["at"]), kept["ratings"])
    move_challenges_back(tx, merge)
    forget_moved(tx, merge)
    return moved


def _write_down(tx: Tx, command: MergePages, page: PageFields, target: PageFields, moved: int) -> UUID:
    deed = Record(
        actor=command.actor,
        action="page.merged",
        subject_kind=SUBJECT,
        subject_id=str(page["id"]),
        before={name: page[name] for name in ("key", "url", "title", "section")},
        after={"into": str(target["id"]), "key": target["key"], "comments": moved},
        why=command.why,
        section=target["section"],
    )
    return record(tx, deed)


def _remember(
    tx: Tx, entry_id: UUID, merge: Merge, names: Sequence[UUID], moved: MovedComments, ratings: Mapping[str, Any] | None
) -> UUID:
    payload = {
        "merge": str(merge.id),
        "at": tx.now.isoformat(),
        "page": str(merge.page_id),
        "into": str(merge.into),
        "names": [str(name) for name in names],
        "standing": {str(row["id"]): stamp_of(row) for row in family_of(tx, merge.into)},
        "comments": moved.kept,
        "ratings": ratings,
    }
    return remember_undo(tx, entry_id=entry_id, kind=UNDO_KIND, payload=payload, window=merge.until - tx.now)
