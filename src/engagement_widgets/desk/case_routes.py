"""The cases at the desk: their list, one of them with its decision and its dossier, and one from outside."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.comments.cases.deciding import CaseDecision, DecideCase, decide_case
from engagement_widgets.comments.cases.dossier import DrawUp, draw_up
from engagement_widgets.comments.cases.noting import REMARK, NoteCase, note_case
from engagement_widgets.comments.cases.opening import open_case
from engagement_widgets.comments.cases.reading import CasesQuery, list_cases
from engagement_widgets.comments.cases.states import CaseStatus
from engagement_widgets.comments.fields import NOTE, parse_version
from engagement_widgets.desk.case_form import outside_case
from engagement_widgets.desk.case_page import Typed, case_page, open_case_screen
from engagement_widgets.desk.case_words import CHANNELS, FROM_OUTSIDE, case_line
from engagement_widgets.desk.gate import MODERATORS, Seat, desk_route
from engagement_widgets.desk.place import PAGE_SIZE
from engagement_widgets.desk.screen import desk_page, error_page
from engagement_widgets.errors import Conflict, EngagementError, FieldError, Invalid, Malformed, NotFound
from engagement_widgets.kernel.paging import decode_cursor, encode_cursor
from engagement_widgets.kernel.text import Fields
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import field_messages
from engagement_widgets.web.forms import read_form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import desk_locale, wants_json
from engagement_widgets.web.responses import see_other

CASES: Final = "/desk/cases"
CASE: Final = "/desk/cases/{case_id:uuid}"
DECIDED: Final = "decided"


def routes(ctx: Context) -> list[BaseRoute]:
    """The addresses of cases."""
    moderators = partial(desk_route, ctx, roles=MODERATORS, error_page=error_page)
    return [
        moderators(CASES, show_cases),
        moderators(f"{CASES}/new", show_form),
        moderators(CASES, record_case, methods=["POST"]),
        moderators(CASE, show_case),
        moderators(f"{CASE}/decision", decide_one, methods=["POST"]),
        moderators(f"{CASE}/notes", note, methods=["POST"]),
        moderators(f"{CASE}/dossier", show_dossier),
        moderators(f"{CASE}/dossier", draw_up_dossier, methods=["POST"]),
    ]


async def show_cases(ctx: Context, request: Request, seat: Seat) -> Response:
    """One page of the open ones by their deadline, or of the decided ones, the latest first."""
    locale, now = desk_locale(request, ctx.settings), ctx.clock.now()
    view = request.query_params.get("view", "")
    if view not in {"", DECIDED}:
        raise Malformed("bad_query")
    cursor = request.query_params.get("cursor")
    query = CasesQuery(
        status=None if view else CaseStatus.OPEN,
        size=PAGE_SIZE,
        after=_after(ctx, view, cursor) if cursor else None,
        viewer=seat.user,
    )
    found = await ctx.storage.read(list_cases, query)
    following = found.next and encode_cursor(ctx.secrets, (CASES, view, found.next[0].isoformat(), str(found.next[1])))
    return await desk_page(
        ctx,
        request,
        seat,
        title=translator(locale).gettext(N_("Hồ sơ khiếu nại")),
        template="engagement/desk/cases.html",
        view=view,
        lines=[case_line(case, now, locale) for case in found.cases],
        next=ctx.urls.path(CASES, view=view or None, cursor=following) if following else None,
        first=ctx.urls.path(CASES, view=view or None) if cursor else None,
        size=PAGE_SIZE,
    )


async def show_form(ctx: Context, request: Request, seat: Seat) -> Response:
    """The form for a complaint from outside; the address may name a comment."""
    comment = request.query_params.get("comment", "")
    return await _form_page(ctx, request, seat, {"comments": ctx.urls.path(f"/c/{comment}")} if comment else {})


async def record_case(ctx: Context, request: Request, seat: Seat) -> Response:
    """Open a case for somebody outside, and hide what it is about at once."""
    form = await read_form(request)
    try:
        opened = await ctx.storage.write(open_case, outside_case(ctx, form.fields, seat.user))
    except Invalid as error:
        return await _form_page(ctx, request, seat, form.fields, error)
    except NotFound as error:
        wrong = Invalid([FieldError("comments", error.code, error.params)])
        return await _form_page(ctx, request, seat, form.fields, wrong)
    return see_other(ctx.urls.path(f"{CASES}/{opened.case_id}"))


async def show_case(ctx: Context, request: Request, seat: Seat) -> Response:
    """One case."""
    return await case_page(ctx, request, seat, request.path_params["case_id"])


async def decide_one(ctx: Context, request: Request, seat: Seat) -> Response:
    """Close a case; the reason is read by its notifier, and by the authors of what stays down."""
    case_id: UUID = request.path_params["case_id"]
    form = await read_form(request)
    fields = Fields()
    decision = fields.take("decision", _decision, form.get("decision"))
    version = fields.take("version", parse_version, form.get("version"))
    note = fields.take("note", _reason, form.get("note"))
    try:
        fields.check()
        command = DecideCase(
            case_id=case_id,
            version=version or 0,
            decision=decision or CaseDecision.REJECTED,
            actor=seat.user,
            note=note,
        )
        await ctx.storage.write(decide_case, command)
    except (Invalid, Conflict) as error:
        if wants_json(request):
            raise
        return await case_page(ctx, request, seat, case_id, Typed(fields=form.fields, error=error))
    return see_other(ctx.urls.path(f"{CASES}/{case_id}"))


async def note(ctx: Context, request: Request, seat: Seat) -> Response:
    """Note something about a case for colleagues."""
    case_id: UUID = request.path_params["case_id"]
    form = await read_form(request)
    try:
        text = REMARK.parse(form.get("remark"))
    except Invalid as error:
        if wants_json(request):
            raise
        return await case_page(ctx, request, seat, case_id, Typed(fields=form.fields, error=error))
    await ctx.storage.write(note_case, NoteCase(case_id=case_id, text=text, actor=seat.user))
    return see_other(ctx.urls.path(f"{CASES}/{case_id}"))


async def show_dossier(ctx: Context, request: Request, seat: Seat) -> Response:
    """The case as a document to print."""
    screen = await open_case_screen(ctx, request, seat, request.path_params["case_id"])
    return await desk_page(
        ctx,
        request,
        seat,
        title=screen.say(N_("Bộ hồ sơ %(number)s")) % {"number": screen.line.case.number},
        template="engagement/desk/case_dossier.html",
        screen=screen,
    )


async def draw_up_dossier(ctx: Context, request: Request, seat: Seat) -> Response:
    """Write the dossier's fingerprint into the journal, then show it."""
    case_id: UUID = request.path_params["case_id"]
    await ctx.storage.write(draw_up, DrawUp(case_id=case_id, actor=seat.user))
    return see_other(ctx.urls.path(f"{CASES}/{case_id}/dossier"))


async def _form_page(
    ctx: Context, request: Request, seat: Seat, typed: Mapping[str, str], error: EngagementError | None = None
) -> Response:
    if error is not None and wants_json(request):
        raise error
    locale = desk_locale(request, ctx.settings)
    say = translator(locale).gettext
    return await desk_page(
        ctx,
        request,
        seat,
        title=say(N_("Ghi khiếu nại từ bên ngoài")),
        template="engagement/desk/case_new.html",
        status=error.status if error else 200,
        typed=typed,
        channels=[(channel.value, say(CHANNELS[channel])) for channel in FROM_OUTSIDE],
        hours=ctx.settings.case_deadline_hours,
        errors=field_messages(error, locale) if error else {},
        summary=sentence(error.code, error.params, locale) if error else "",
    )


def _after(ctx: Context, view: str, cursor: str) -> tuple[datetime, UUID]:
    of, seen, at, identity = decode_cursor(ctx.secrets, cursor, length=4)
    if (of, seen) != (CASES, view):
        raise Malformed("bad_cursor")
    return datetime.fromisoformat(at), UUID(identity)


def _decision(raw: object) -> CaseDecision:
    try:
        return CaseDecision(str(raw))
    except ValueError:
        raise Invalid([FieldError("decision", "unknown_decision")]) from None


def _reason(raw: object) -> str:
    """The reason, which a decision about somebody's complaint never goes without."""
    note = NOTE.parse(raw)
    if not note:
        raise Invalid([FieldError("note", "required")])
    return note
