"""What is done to a page as a whole: told anew, renamed, closed, withdrawn, deleted, restored. Each can be undone.

A page that is renamed keeps its id, and with it everything under it. The id of its new key becomes an alias: a row that
says `moved_to`. So what was saved under either name goes on reading and writing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from engagement_widgets.comments.closing import ClosePage, close_page
from engagement_widgets.desk.gate import EDITORS, MODERATORS
from engagement_widgets.desk.page_merging import unmerge_pages
from engagement_widgets.desk.page_rows import (
    SUBJECT,
    UNDO_KIND,
    PageFields,
    PageStanding,
    as_json,
    family_of,
    from_json,
    hold_page,
    is_there,
    look,
    placeholder,
    standing_of,
    tell,
    told,
    write_told,
)
from engagement_widgets.errors import Conflict, NotFound, Refused
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.service import Record, record, remember_undo, take_undo
from engagement_widgets.pages.reference import page_id as id_of
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDeed:
    """About a page.

    Attributes:
        page_id: its id, or that of an alias.
        actor: who does it.
        changes: of `key`, `url`, `title`, `section`, checked by `pages.reference`; only those that change.
        why: for the journal.
        undo_window: for how long it can be undone.
        seen: `page_rows.stamp_of` the page as the person saw it; None does not look.

    Every deed raises:
        NotFound: `unknown_page`: nobody has written there, or it was purged.
        Refused: `section_required`: it is, or would be, in a section that is not the person's.
        Conflict: `stale_page`: it is not as it was seen.
    """

    page_id: UUID
    actor: DeskUser
    changes: Mapping[str, str] = field(default_factory=dict)
    why: str | None = None
    undo_window: timedelta = timedelta(minutes=10)
    seen: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPage:
    """Take back what was done to a page."""

    undo_id: UUID
    actor: DeskUser


_ALIAS = insert(pages)


def update_page(tx: Tx, command: PageDeed) -> PageStanding:
    """Tell a page's address, title or section anew; no reference of an older article ever does."""
    page = _seen(tx, command)
    return _do(tx, command, "page.updated", page, {**told(page), **command.changes})


def rename_page(tx: Tx, command: PageDeed) -> PageStanding:
    """Give a page another key, and whatever else is told; both keys lead to it from now on.

    Raises:
        Conflict: `page_exists`: another page has been written on under this key.
    """
    page = _seen(tx, command)
    alias = id_of(tx.site, command.changes["key"])
    family = {row["id"]: row for row in family_of(tx, page["id"])}
    if alias not in family:
        if is_there(tx, alias):
            raise Conflict("page_exists")
        family[alias] = {**page, "id": alias, "key": placeholder(alias), "moved_to": page["id"]}
        tx.execute(_ALIAS, dict(family[alias]))
    return _do(tx, command, "page.renamed", page, {**told(page), **command.changes}, tuple(family.values()))


def withdraw_page(tx: Tx, command: PageDeed) -> PageStanding:
    """Make a page and all it carries vanish from everything public, until it is restored. Nothing is deleted."""
    page = _seen(tx, command)
    return _do(tx, command, "page.withdrawn", page, {**told(page), "withdrawn_at": page["withdrawn_at"] or tx.now})


def delete_page(tx: Tx, command: PageDeed) -> PageStanding:
    """Withdraw a page for good: some days later all it carries is purged, unless it is restored before."""
    page = _seen(tx, command)
    gone = {name: page[name] or tx.now for name in ("withdrawn_at", "deleted_at")}
    return _do(tx, command, "page.deleted", page, {**told(page), **gone})


def restore_page(tx: Tx, command: PageDeed) -> PageStanding:
    """Bring back a page that was withdrawn or deleted, exactly as it was."""
    page = _seen(tx, command)
    return _do(tx, command, "page.restored", page, {**told(page), "withdrawn_at": None, "deleted_at": None})


def stop_comments(tx: Tx, command: PageDeed) -> PageStanding:
    """Take no more comments on a page; what is there stays."""
    return _close(tx, command, closed=True)


def take_comments(tx: Tx, command: PageDeed) -> PageStanding:
    """Take comments again, as far as the page's own rules let it."""
    return _close(tx, command, closed=False)


def undo_page(tx: Tx, command: UndoPage) -> PageStanding:
    """Tell a page as it was before, or take a merge back. An alias of a renaming stays: it is saved in HTML.

    Raises:
        NotFound: `unknown_undo`, `unknown_page`.
        Refused: `section_required`; `role_required`: who may not do it may not take it back either.
        Conflict: `already_undone`, `undo_expired`; `stale_page` when something else was done to it since.
    """
    undo = take_undo(tx, command.undo_id, by=command.actor.id)
    if undo.kind != UNDO_KIND:
        raise NotFound("unknown_undo")
    if "merge" in undo.payload:
        return unmerge_pages(tx, undo, command.actor)
    page = hold_page(tx, UUID(undo.payload["page"]))
    look(command.actor, page)
    before, after = undo.payload["before"], undo.payload["after"]
    is_closing = "comments_closed" in before
    if command.actor.role not in (MODERATORS if is_closing else EDITORS):
        raise Refused("role_required")
    if not after.items() <= _standing(page).items():
        raise Conflict("stale_page")
    deed = PageDeed(page_id=page["id"], actor=command.actor)
    if is_closing:
        return _close(tx, deed, closed=before["comments_closed"], undoable=False)
    then = {**told(page), **from_json(before)}
    return _do(tx, deed, "page.undone", page, then, family_of(tx, page["id"]), undoable=False)


def _seen(tx: Tx, command: PageDeed) -> PageFields:
    page = hold_page(tx, command.page_id)
    look(command.actor, page, command.seen)
    return page


def _standing(page: PageFields) -> dict[str, Any]:
    return {**as_json(told(page)), "comments_closed": page["comments_closed_at"] is not None}


def _close(tx: Tx, command: PageDeed, *, closed: bool, undoable: bool = True) -> PageStanding:
    page = _seen(tx, command)
    close = ClosePage(page_id=page["id"], closed=closed, actor=command.actor, why=command.why or "")
    closing = close_page(tx, close)
    undo_id = None
    if closing.entry_id is not None and undoable:
        before, after = {"comments_closed": not closed}, {"comments_closed": closed}
        undo_id = _remember(tx, command, closing.entry_id, page, before, after)
    return standing_of({**page, "comments_closed_at": closing.closed_at}, undo_id)


def _do(
    tx: Tx,
    command: PageDeed,
    action: str,
    page: PageFields,
    after: PageFields,
    family: tuple[PageFields, ...] = (),
    *,
    undoable: bool = True,
) -> PageStanding:
    before = told(page)
    look(command.actor, after)
    if after == before:
        return standing_of(page)
    write_told(tx, page, after, family)
    deed = Record(
        actor=command.actor,
        action=action,
        subject_kind=SUBJECT,
        subject_id=str(page["id"]),
        before=as_json(before),
        after=as_json(after),
        why=command.why,
        section=after["section"],
    )
    entry_id = record(tx, deed)
    undo_id = _remember(tx, command, entry_id, page, as_json(before), as_json(after)) if undoable else None
    tell(tx, page, after)
    return standing_of({**page, **after}, undo_id)


def _remember(
    tx: Tx, command: PageDeed, entry_id: UUID, page: PageFields, before: PageFields, after: PageFields
) -> UUID:
    payload = {"page": str(page["id"]), "before": before, "after": after}
    return remember_undo(tx, entry_id=entry_id, kind=UNDO_KIND, payload=payload, window=command.undo_window)
