"""The desk for programs, below `/api/v1/desk`: the same services behind the same door.

The desk's cookie is for the desk's own pages and never comes here; programs send their session as a bearer token,
which no browser adds by itself. With an `Authorizer` the host decides who a request is from.
"""

from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from starlette.responses import Response

from engagement_widgets.comments.fields import NOTE
from engagement_widgets.comments.service import (
    Decide,
    Decided,
    FiguresQuery,
    HeldView,
    QueueFilter,
    QueueItem,
    Status,
    UndoDecision,
    decide,
    undo_deed,
)
from engagement_widgets.desk.api_models import (
    DecidedOut,
    DecisionIn,
    DeskCommentOut,
    EntryOut,
    ExportParams,
    FormerOut,
    HeldOut,
    JournalOut,
    JournalParams,
    QueueOut,
    QueueParams,
    ReportOut,
    SignedOutOut,
    SignInIn,
    SignInOut,
)
from engagement_widgets.desk.gate import ADMINS, DOOR, MODERATORS, seat_of_call
from engagement_widgets.desk.journal_routes import entries_page
from engagement_widgets.desk.journal_search import parse_search
from engagement_widgets.desk.notes import reason_for
from engagement_widgets.desk.place import PAGE_SIZE, Asking, read_place
from engagement_widgets.desk.rating_export import export_response
from engagement_widgets.desk.recent import QueueRead, read_queue
from engagement_widgets.desk.sessions import Ending, end_session
from engagement_widgets.desk.sign_in import Credentials, SecondStep, sign_in
from engagement_widgets.errors import Refused
from engagement_widgets.hooks import Role
from engagement_widgets.kernel.text import TextField
from engagement_widgets.ratings.export_files import ExportFormat
from engagement_widgets.web.context import Context
from engagement_widgets.web.openapi import ApiCall, ApiRoute

_CODE = TextField("code", minimum=0, maximum=64, max_bytes=64)


async def open_desk_session(ctx: Context, call: ApiCall[SignInIn, None]) -> SignInOut:
    """Sign in."""
    if ctx.authorizer is not None:
        raise Refused("sign_in_required")
    code = _CODE.parse(call.body.code or "")
    typed = Credentials(login=call.body.login, password=call.body.password, code=code)
    opened = await sign_in(ctx, call.request, typed)
    if isinstance(opened, SecondStep):
        raise Refused("code_required")
    return SignInOut(
        token=opened.token,
        expires_at=opened.signed_in.session.expires_at,
        name=opened.signed_in.account.name,
        role=opened.signed_in.account.role,
    )


async def close_desk_session(ctx: Context, call: ApiCall[None, None]) -> SignedOutOut:
    """Sign out."""
    signed_in = (await seat_of_call(ctx, call.request, frozenset(Role))).signed_in
    if signed_in is None:
        raise Refused("sign_in_required")
    ending = Ending(session_id=signed_in.session.id, account_id=signed_in.account.id)
    await ctx.storage.write(end_session, ending)
    return SignedOutOut(ended=True)


async def list_desk_comments(ctx: Context, call: ApiCall[None, QueueParams]) -> QueueOut:
    """One page of one view."""
    seat = await seat_of_call(ctx, call.request, MODERATORS)
    place = read_place(call.query.model_dump(mode="json", exclude_none=True, by_alias=True))
    least, sections = ctx.settings.reports_to_hold, seat.user.sections
    asking = Asking(zone=ctx.settings.zone, sections=sections, reported_from=least)
    query = place.query(ctx.secrets, asking)
    figures = FiguresQuery(status=place.status, least=least, narrowed=QueueFilter(sections=sections))
    facts = await ctx.storage.read(read_queue, QueueRead(query=query, figures=figures))
    following = facts.page.next
    return QueueOut(
        comments=[_comment_out(item) for item in facts.page.items],
        counts=dict(facts.figures.views),
        next=place.after(ctx.secrets, following, asking).cursor if following else None,
    )


async def decide_comment(ctx: Context, call: ApiCall[DecisionIn, None]) -> DecidedOut:
    """Make a decision."""
    seat = await seat_of_call(ctx, call.request, MODERATORS)
    comment_id: UUID = call.request.path_params["comment_id"]
    reason = call.body.reason if call.body.status is Status.REJECTED else None
    command = Decide(
        comment_id=comment_id,
        version=call.body.version,
        status=call.body.status,
        actor=seat.user,
        note=await reason_for(ctx, comment_id, reason) or NOTE.parse(call.body.note) or None,
        undo_window=timedelta(seconds=ctx.settings.undo_window),
    )
    return decided_out(ctx, await ctx.storage.write(decide, command))


async def undo_comment_decision(ctx: Context, call: ApiCall[None, None]) -> DecidedOut:
    """Take a decision back."""
    seat = await seat_of_call(ctx, call.request, MODERATORS)
    command = UndoDecision(undo_id=call.request.path_params["undo_id"], actor=seat.user)
    return decided_out(ctx, await ctx.storage.write(undo_deed, command))


async def list_journal(ctx: Context, call: ApiCall[None, JournalParams]) -> JournalOut:
    """One page of the journal."""
    seat = await seat_of_call(ctx, call.request, MODERATORS)
    found, following = await entries_page(
        ctx, seat, call.query.cursor, PAGE_SIZE, parse_search(call.query.model_dump(exclude={"cursor"}))
    )
    return JournalOut(entries=[EntryOut(**asdict(entry)) for entry in found], next=following)


def decided_out(ctx: Context, decided: Decided) -> DecidedOut:
    """What became of a comment, and until when that can be taken back."""
    window = ctx.settings.undo_window if decided.undo_id else 0
    return DecidedOut(
        id=decided.comment_id,
        status=decided.status,
        pinned=decided.pinned,
        version=decided.version,
        undo=decided.undo_id if window else None,
        undo_until=ctx.clock.now() + timedelta(seconds=window) if window else None,
    )


def _comment_out(item: QueueItem) -> DeskCommentOut:
    return DeskCommentOut(
        id=item.id,
        version=item.version,
        status=item.status,
        author=item.name,
        is_staff=item.is_staff,
        body=item.body,
        submitted_at=item.submitted_at,
        edited_at=item.edited_at,
        withdrawn_at=item.withdrawn_at,
        former=[FormerOut(version=text.version, body=text.body, written_at=text.written_at) for text in item.former],
        decided_at=item.decided_at,
        decided_by=item.decided_by,
        note=item.note,
        pinned=item.pinned,
        answers_id=item.answered.id if item.answered else None,
        likes=item.likes,
        reports=[
            ReportOut(reason=told.reason, text=told.text, reported_at=told.reported_at, open=told.is_open)
            for told in item.reports
        ],
        held=list(map(_held_out, item.holds)),
        page_id=item.page_id,
        page_title=item.page_title,
        page_url=item.page_url,
        section=item.section,
    )


def _held_out(held: HeldView) -> HeldOut:
    start, end = held.span or (None, None)
    return HeldOut(
        reason=held.reason,
        params=dict(held.params),
        rule=held.rule,
        rule_version=held.rule_version,
        field=held.field,
        start=start,
        end=end,
    )


async def export_ratings(ctx: Context, call: ApiCall[None, ExportParams]) -> Response:
    """Every vote or every page's totals."""
    await seat_of_call(ctx, call.request, ADMINS, whole_site=True, dangerous=True)
    return await export_response(ctx, call.query.subject, call.query.format)


API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(
        method="POST",
        path="/desk/sessions",
        handler=open_desk_session,
        summary="Sign in at the desk",
        request=SignInIn,
        response=SignInOut,
        status=201,
        errors=(
            "wrong_credentials",
            "code_required",
            "wrong_factor",
            "sign_in_too_often",
            "too_fast",
            "https_required",
        ),
    ),
    ApiRoute(
        method="DELETE",
        path="/desk/sessions/current",
        handler=close_desk_session,
        summary="Sign out",
        response=SignedOutOut,
        errors=DOOR,
    ),
    ApiRoute(
        method="GET",
        path="/desk/comments",
        handler=list_desk_comments,
        summary="The queue",
        query=QueueParams,
        response=QueueOut,
        errors=(*DOOR, "bad_query", "bad_cursor"),
    ),
    ApiRoute(
        method="POST",
        path="/desk/comments/{comment_id:uuid}/decision",
        handler=decide_comment,
        summary="Decide about a comment",
        request=DecisionIn,
        response=DecidedOut,
        errors=(
            *DOOR,
            "unknown_comment",
            "unknown_reason",
            "stale_version",
            "withdrawn_by_author",
            "case_open",
        ),
    ),
    ApiRoute(
        method="POST",
        path="/desk/undo/{undo_id:uuid}",
        handler=undo_comment_decision,
        summary="Take a decision back",
        response=DecidedOut,
        errors=(
            *DOOR,
            "unknown_undo",
            "already_undone",
            "undo_expired",
            "stale_version",
            "too_many_pinned",
        ),
    ),
    ApiRoute(
        method="GET",
        path="/desk/journal",
        handler=list_journal,
        summary="The journal",
        query=JournalParams,
        response=JournalOut,
        errors=(*DOOR, "bad_cursor"),
    ),
    ApiRoute(
        method="GET",
        path="/desk/ratings/export",
        handler=export_ratings,
        summary="Every vote, or the totals of every page, as a file",
        query=ExportParams,
        files=tuple(form.media_type for form in ExportFormat),
        errors=(*DOOR, "proof_required", "bad_query"),
    ),
)
