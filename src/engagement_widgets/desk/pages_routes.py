"""The desk's screens of whole pages: plain forms, one deed each, then back to the page with what was done."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.comments.fields import WHY
from engagement_widgets.desk.gate import EDITORS, EVERYBODY, MODERATORS, Seat, desk_route
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
from engagement_widgets.desk.page_previews import Moving, find_target, preview_merge
from engagement_widgets.desk.page_rows import PageStanding
from engagement_widgets.desk.pages_page import PAGES, PageScreen, Typed, address, list_screen
from engagement_widgets.desk.pages_reading import PageFacts, page_facts
from engagement_widgets.desk.screen import error_page
from engagement_widgets.errors import Conflict, EngagementError, FieldError, Invalid, Malformed, NotFound
from engagement_widgets.hooks import Role
from engagement_widgets.kernel.text import Fields, TextField
from engagement_widgets.pages.reference import checked_changes
from engagement_widgets.storage.units import Tx
from engagement_widgets.web.context import Context
from engagement_widgets.web.forms import Form, read_form
from engagement_widgets.web.negotiation import wants_json
from engagement_widgets.web.responses import see_other

PAGE: Final = f"{PAGES}/{{page_id:uuid}}"
_INTO: Final = TextField("into", minimum=1, maximum=2048, max_bytes=2048)
_STAMP: Final = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a form does: the unit, who may, which fields it may change, and which of its fields cannot be left out."""

    deed: Callable[[Tx, PageDeed], PageStanding]
    roles: frozenset[Role] = EDITORS
    changes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "close": Operation(deed=stop_comments, roles=MODERATORS),
        "reopen": Operation(deed=take_comments, roles=MODERATORS),
        "update": Operation(deed=update_page, changes=("url", "title", "section")),
        "rename": Operation(deed=rename_page, changes=("key",), needs=("key",)),
        "withdraw": Operation(deed=withdraw_page, needs=("why",)),
        "delete": Operation(deed=delete_page, needs=("why",)),
        "restore": Operation(deed=restore_page),
    }
)


def routes(ctx: Context) -> list[BaseRoute]:
    """The addresses of whole pages."""
    at = partial(desk_route, ctx, error_page=error_page)
    return [
        at(PAGES, list_screen, roles=EVERYBODY),
        at(PAGE, show_page, roles=EVERYBODY),
        *(
            at(f"{PAGE}/{name}", partial(operate, name=name), roles=operation.roles, methods=["POST"])
            for name, operation in OPERATIONS.items()
        ),
        at(f"{PAGE}/merge", show_merge, roles=EDITORS),
        at(f"{PAGE}/merge", merge, roles=EDITORS, methods=["POST"]),
        at(f"{PAGES}/undo/{{page_undo_id:uuid}}", undo, roles=EVERYBODY, methods=["POST"]),
    ]


async def show_page(ctx: Context, request: Request, seat: Seat) -> Response:
    """One page; what was merged or renamed leads to where it stands now."""
    facts = await _facts(ctx, request, seat)
    if facts.page.id != request.path_params["page_id"]:
        return see_other(address(ctx, facts.page.id))
    return await PageScreen(ctx, request, seat).show(facts, done="done" in request.query_params)


async def operate(ctx: Context, request: Request, seat: Seat, *, name: str) -> Response:
    """Do what a form asks for and go back to the page."""
    form, operation = await read_form(request), OPERATIONS[name]
    try:
        standing = await ctx.storage.write(operation.deed, _deed(ctx, request, seat, form, operation))
    except (Invalid, Conflict) as error:
        if wants_json(request):
            raise
        typed = Typed(deed=name, values=dict(form.fields))
        return await PageScreen(ctx, request, seat).refuse(await _facts(ctx, request, seat), error, typed)
    return see_other(address(ctx, standing.page_id, done=1))


async def show_merge(ctx: Context, request: Request, seat: Seat) -> Response:
    """What merging a page into another would move; without the other, or with one that is not there, its page again."""
    return await _preview(ctx, request, seat, request.query_params.get("into", ""))


async def merge(ctx: Context, request: Request, seat: Seat) -> Response:
    """Merge a page into another and go to that one."""
    form = await read_form(request)
    try:
        standing = await ctx.storage.write(merge_pages, _merging(ctx, request, seat, form))
    except (Invalid, Conflict) as error:
        if wants_json(request):
            raise
        return await _preview(ctx, request, seat, form.text("into"), error=error, why=form.text("why"))
    return see_other(address(ctx, standing.page_id, done=1))


async def undo(ctx: Context, request: Request, seat: Seat) -> Response:
    """Take back what was done to a page."""
    command = UndoPage(undo_id=request.path_params["page_undo_id"], actor=seat.user)
    standing = await ctx.storage.write(undo_page, command)
    return see_other(address(ctx, standing.page_id, done=1))


async def _preview(
    ctx: Context,
    request: Request,
    seat: Seat,
    named: str,
    *,
    error: EngagementError | None = None,
    why: str = "",
) -> Response:
    screen = PageScreen(ctx, request, seat)
    facts = await _facts(ctx, request, seat)
    try:
        into = await _other_page(ctx, facts, named)
    except Invalid as wrong:
        return await screen.refuse(facts, error or wrong, Typed(deed="merge", values={"into": named}))
    merge = await ctx.storage.read(preview_merge, Moving(page_id=facts.page.id, into=into))
    seat.require_section(merge.target.page.section)
    return await screen.preview(merge, error=error, why=why)


async def _other_page(ctx: Context, facts: PageFacts, named: str) -> UUID:
    try:
        into = await ctx.storage.read(find_target, _INTO.parse(named))
    except NotFound:
        raise Invalid([FieldError("into", "no_such_page")]) from None
    if into == facts.page.id:
        raise Invalid([FieldError("into", "same_page")])
    return into


async def _facts(ctx: Context, request: Request, seat: Seat) -> PageFacts:
    facts = await ctx.storage.read(page_facts, request.path_params["page_id"])
    seat.require_section(facts.page.section)
    return facts


def _merging(ctx: Context, request: Request, seat: Seat, form: Form) -> MergePages:
    fields = Fields()
    why = fields.take("why", WHY.parse, form.get("why") or "")
    into = fields.take("into", _target, form.get("into"))
    fields.check()
    page_id: UUID = request.path_params["page_id"]
    return MergePages(
        page_id=page_id,
        into=into or page_id,
        actor=seat.user,
        why=why or None,
        undo_window=timedelta(seconds=ctx.settings.undo_window),
        seen=_seen(form),
    )


def _deed(ctx: Context, request: Request, seat: Seat, form: Form, operation: Operation) -> PageDeed:
    fields = Fields()
    sent = [name for name in operation.changes if name in operation.needs or form.get(name) is not None]
    changes = {name: fields.take(name, partial(_change, name), form.get(name)) for name in sent}
    why = fields.take("why", _reason if "why" in operation.needs else WHY.parse, form.get("why") or "")
    fields.check()
    return PageDeed(
        page_id=request.path_params["page_id"],
        actor=seat.user,
        changes={name: value or "" for name, value in changes.items()},
        why=why or None,
        undo_window=timedelta(seconds=ctx.settings.undo_window),
        seen=_seen(form),
    )


def _seen(form: Form) -> str:
    stamp = form.text("seen")
    if _STAMP.fullmatch(stamp) is None:  # our own forms always carry it
        raise Malformed("bad_form")
    return stamp


def _change(name: str, raw: object) -> str:
    return checked_changes({name: raw})[name]


def _reason(raw: object) -> str:
    why = WHY.parse(raw)
    if not why:
        raise Invalid([FieldError("why", "required")])
    return why


def _target(raw: object) -> UUID:
    try:
        return UUID(str(raw))
    except ValueError:
        raise Invalid([FieldError("into", "no_such_page")]) from None
