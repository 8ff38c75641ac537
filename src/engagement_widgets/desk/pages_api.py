"""Whole pages for programs: told anew, renamed, merged, withdrawn, deleted, restored; closed by moderators."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from engagement_widgets.comments.fields import NOTE, WHY
from engagement_widgets.desk.gate import DOOR, EDITORS, EVERYBODY, MODERATORS, seat_of_call
from engagement_widgets.desk.page_deeds import (
    PageDeed,
    UndoPage,
    delete_page,
    rename_page,
    restore_page,
    stop_comments,
    take_comments,
    undo_page,
    update_page,
    withdraw_page,
)
from engagement_widgets.desk.page_merging import MergePages, merge_pages
from engagement_widgets.desk.page_rows import PageStanding
from engagement_widgets.pages.reference import checked_changes
from engagement_widgets.storage.units import Tx
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.openapi import ApiCall, ApiRoute


class PageDeedIn(ApiModel):
    """Why, for the journal."""

    why: str | None = None


class PageUpdateIn(PageDeedIn):
    """What changes; what is left out stays as it is."""

    url: str | None = None
    title: str | None = None
    section: str | None = None


class PageRenameIn(PageUpdateIn):
    """The page's new key, and what else changes with it."""

    key: str


class PageMergeIn(PageDeedIn):
    """The page that stays."""

    into: UUID


class ClosingIn(ApiModel):
    """Close a page for comments, or open it again."""

    closed: bool
    why: str = ""


class ClosingOut(ApiModel):
    """Since when the desk has closed the page, null while it has not. Its own rules may close it besides."""

    page_id: UUID
    closed_at: datetime | None
    undo: UUID | None
    undo_until: datetime | None


class PageOut(ApiModel):
    """A page as it stands now. `undo` takes back what was just done until `undo_until`."""

    id: UUID
    key: str
    url: str
    title: str
    section: str
    withdrawn_at: Annotated[datetime | None, Field(description="Since when nothing of it is public, or null.")]
    deleted_at: Annotated[datetime | None, Field(description="Since when it waits to be purged, or null.")]
    undo: UUID | None
    undo_until: datetime | None


async def update_desk_page(ctx: Context, call: ApiCall[PageUpdateIn, None]) -> PageOut:
    """Tell a page's address, title or section anew."""
    return await _do(ctx, call, update_page)


async def rename_desk_page(ctx: Context, call: ApiCall[PageRenameIn, None]) -> PageOut:
    """Give a page another key."""
    return await _do(ctx, call, rename_page)


async def withdraw_desk_page(ctx: Context, call: ApiCall[PageDeedIn, None]) -> PageOut:
    """Withdraw a page."""
    return await _do(ctx, call, withdraw_page)


async def delete_desk_page(ctx: Context, call: ApiCall[PageDeedIn, None]) -> PageOut:
    """Delete a page: it is purged some days later."""
    return await _do(ctx, call, delete_page)


async def restore_desk_page(ctx: Context, call: ApiCall[PageDeedIn, None]) -> PageOut:
    """Restore a page."""
    return await _do(ctx, call, restore_page)


async def set_closing(ctx: Context, call: ApiCall[ClosingIn, None]) -> ClosingOut:
    """Close a page for comments, or open it again."""
    seat = await seat_of_call(ctx, call.request, MODERATORS)
    command = PageDeed(
        page_id=call.request.path_params["page_id"],
        actor=seat.user,
        why=WHY.parse(call.body.why) or None,
        undo_window=timedelta(seconds=ctx.settings.undo_window),
    )
    standing = await ctx.storage.write(stop_comments if call.body.closed else take_comments, command)
    undo, until = _undo_of(ctx, standing)
    return ClosingOut(page_id=standing.page_id, closed_at=standing.comments_closed_at, undo=undo, undo_until=until)


async def merge_desk_page(ctx: Context, call: ApiCall[PageMergeIn, None]) -> PageOut:
    """Merge a page into another."""
    seat = await seat_of_call(ctx, call.request, EDITORS)
    command = MergePages(
        page_id=call.request.path_params["page_id"],
        into=call.body.into,
        actor=seat.user,
        why=NOTE.parse(call.body.why or "") or None,
        undo_window=timedelta(seconds=ctx.settings.undo_window),
    )
    return _out(ctx, await ctx.storage.write(merge_pages, command))


async def undo_desk_page(ctx: Context, call: ApiCall[None, None]) -> PageOut:
    """Take back what was done to a page."""
    seat = await seat_of_call(ctx, call.request, EVERYBODY)
    command = UndoPage(undo_id=call.request.path_params["page_undo_id"], actor=seat.user)
    return _out(ctx, await ctx.storage.write(undo_page, command))


async def _do(ctx: Context, call: ApiCall[Any, None], deed: Callable[[Tx, PageDeed], PageStanding]) -> PageOut:
    seat = await seat_of_call(ctx, call.request, EDITORS)
    said = call.body.model_dump(exclude_none=True)
    command = PageDeed(
        page_id=call.request.path_params["page_id"],
        actor=seat.user,
        why=NOTE.parse(said.pop("why", "")) or None,
        changes=checked_changes(said),
        undo_window=timedelta(seconds=ctx.settings.undo_window),
    )
    return _out(ctx, await ctx.storage.write(deed, command))


def _out(ctx: Context, standing: PageStanding) -> PageOut:
    undo, until = _undo_of(ctx, standing)
    return PageOut(
        id=standing.page_id,
        key=standing.key,
        url=standing.url,
        title=standing.title,
        section=standing.section,
        withdrawn_at=standing.withdrawn_at,
        deleted_at=standing.deleted_at,
        undo=undo,
        undo_until=until,
    )


def _undo_of(ctx: Context, standing: PageStanding) -> tuple[UUID | None, datetime | None]:
    window = timedelta(seconds=ctx.settings.undo_window)
    return (standing.undo_id, ctx.clock.now() + window) if standing.undo_id and window else (None, None)


_PAGE = ("unknown_page", "section_required")

API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(
        method="POST",
        path="/desk/pages/{page_id:uuid}/update",
        handler=update_desk_page,
        summary="Tell a page's address, title or section anew",
        request=PageUpdateIn,
        response=PageOut,
        errors=(*DOOR, *_PAGE),
    ),
    ApiRoute(
        method="POST",
        path="/desk/pages/{page_id:uuid}/rename",
        handler=rename_desk_page,
        summary="Give a page another key",
        request=PageRenameIn,
        response=PageOut,
        errors=(*DOOR, *_PAGE, "page_exists"),
    ),
    ApiRoute(
        method="POST",
        path="/desk/pages/{page_id:uuid}/merge",
        handler=merge_desk_page,
        summary="Merge a page into another",
        request=PageMergeIn,
        response=PageOut,
        errors=(*DOOR, *_PAGE, "page_withdrawn"),
    ),
    ApiRoute(
        method="POST",
        path="/desk/pages/{page_id:uuid}/withdraw",
        handler=withdraw_desk_page,
        summary="Withdraw a page with all it carries",
        request=PageDeedIn,
        response=PageOut,
        errors=(*DOOR, *_PAGE),
    ),
    ApiRoute(
        method="POST",
        path="/desk/pages/{page_id:uuid}/delete",
        handler=delete_desk_page,
        summary="Delete a page: all it carries is purged some days later",
        request=PageDeedIn,
        response=PageOut,
        errors=(*DOOR, *_PAGE),
    ),
    ApiRoute(
        method="POST",
        path="/desk/pages/{page_id:uuid}/comments",
        handler=set_closing,
        summary="Close a page for comments, or open it again",
        request=ClosingIn,
        response=ClosingOut,
        errors=(*DOOR, *_PAGE),
    ),
    ApiRoute(
        method="POST",
        path="/desk/pages/{page_id:uuid}/restore",
        handler=restore_desk_page,
        summary="Restore a withdrawn or deleted page",
        request=PageDeedIn,
        response=PageOut,
        errors=(*DOOR, *_PAGE),
    ),
    ApiRoute(
        method="POST",
        path="/desk/pages/undo/{page_undo_id:uuid}",
        handler=undo_desk_page,
        summary="Take back what was done to a page",
        response=PageOut,
        errors=(*DOOR, "unknown_undo", "already_undone", "undo_expired", "stale_page", *_PAGE),
    ),
)
