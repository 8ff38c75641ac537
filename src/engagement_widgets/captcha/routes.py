"""The captcha over HTTP: a new challenge by POST, its picture and recording by GET, which spends nothing."""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.captcha.api import challenge_out
from engagement_widgets.captcha.issuing import (
    Issued,
    is_spared,
    issue_for,
    issue_for_form,
    new_submission_key,
    read_form_reference,
)
from engagement_widgets.captcha.recordings import find_recording
from engagement_widgets.captcha.service import picture
from engagement_widgets.errors import FieldError, Invalid, NotFound, Unavailable
from engagement_widgets.pages.reference import read_reference
from engagement_widgets.web.context import Context
from engagement_widgets.web.forms import Form, read_form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.negotiation import known_locale, request_locale, wants_json
from engagement_widgets.web.problem import error_headers
from engagement_widgets.web.responses import SAFE_HEADERS, json_response, page_response
from engagement_widgets.web.routing import route

TITLE = N_("Mã xác thực")
ID_PREFIX = "ew-"
_ID_PREFIX = re.compile(r"[a-z][a-z0-9-]{0,63}")
_RANGE = re.compile(r"bytes=([0-9]{0,9})-([0-9]{0,9})")


def routes(ctx: Context) -> list[BaseRoute]:
    """The routes of this slice."""
    return [
        route(ctx, "/captcha", new_challenge, methods=["POST"]),
        route(ctx, "/captcha/{challenge_id:uuid}.png", show_picture),
        route(ctx, "/captcha/{challenge_id:uuid}.wav", play_recording),
    ]


async def new_challenge(ctx: Context, request: Request) -> Response:
    """Issue a challenge: the field for a form (our script adopts it), or JSON.

    Fields: `purpose` and `page` (reference), or `form` (reference of a host's form) in their place; `replaces` (the
    challenge that is shown, which can be answered no more); `speak` (with a recording too); `prefix` of the ids where
    two forms stand on one page.
    """
    form = await read_form(request)
    prefix = form.get("prefix") or ID_PREFIX
    if _ID_PREFIX.fullmatch(prefix) is None:
        raise Invalid([FieldError("prefix", "wrong_type")])
    if wants_json(request):
        return json_response(challenge_out(ctx, await _issue(ctx, request, form)))
    is_first = form.get("form") is None and not form.get("replaces")
    if is_first and await is_spared(ctx, request, form.text("purpose")):
        return await _spared(ctx, request, form.text("page"))
    try:
        issued, away = await _issue(ctx, request, form), None
    except Unavailable as error:
        issued, away = _without_challenge(ctx, request, form), error
    return await page_response(
        ctx,
        request,
        title=translator(issued.locale).gettext(TITLE),
        template="engagement/captcha/field.html",
        locale=issued.locale,
        status=away.status if away else 200,
        headers=error_headers(away),
        challenge=issued.challenge,
        submission_key=issued.submission_key,
        errors={},
        prefix=prefix,
        offers_no_code=issued.offers_no_code,
    )


async def _issue(ctx: Context, request: Request, form: Form) -> Issued:
    replaces, spoken = form.get("replaces"), bool(form.get("speak"))
    if (reference := form.get("form")) is not None:
        return await issue_for_form(ctx, request, reference=reference, replaces=replaces, spoken=spoken)
    return await issue_for(
        ctx,
        request,
        purpose=form.text("purpose"),
        reference=form.text("page"),
        replaces=replaces,
        spoken=spoken,
    )


def _without_challenge(ctx: Context, request: Request, form: Form) -> Issued:
    """What a form shows in the place of a challenge that cannot be had: the way without a code, where it has one."""
    locale = request_locale(request, ctx.settings)
    if (reference := form.get("form")) is None:
        return Issued(challenge=None, submission_key=new_submission_key(), locale=locale)
    offers_no_code = read_form_reference(ctx, reference)[-1]
    return Issued(challenge=None, submission_key="", locale=locale, offers_no_code=offers_no_code)


async def _spared(ctx: Context, request: Request, reference: str) -> Response:
    page = read_reference(ctx.secrets, ctx.settings.site, reference)
    locale = known_locale(page.locale, ctx.settings.locale)
    return await page_response(
        ctx,
        request,
        title=translator(locale).gettext(TITLE),
        template="engagement/captcha/spared.html",
        locale=locale,
        submission_key=new_submission_key(),
    )


async def show_picture(ctx: Context, request: Request) -> Response:
    """The picture of a challenge that can still be answered; 404 for every other id."""
    found = await ctx.storage.read(picture, request.path_params["challenge_id"])
    if found is None:
        raise NotFound("unknown_challenge")
    return Response(found, headers=SAFE_HEADERS, media_type="image/png")


async def play_recording(ctx: Context, request: Request) -> Response:
    """The recording of a challenge that can still be answered, or the part of it that a player asks for."""
    found = await ctx.storage.read(find_recording, request.path_params["challenge_id"])
    if found is None:
        raise NotFound("unknown_challenge")
    headers = {**SAFE_HEADERS, "Accept-Ranges": "bytes"}
    part = _part(request.headers.get("range", ""), len(found))
    if part is None:
        return Response(found, headers=headers, media_type="audio/wav")
    first, last = part
    headers["Content-Range"] = f"bytes {first}-{last}/{len(found)}"
    return Response(found[first : last + 1], status_code=206, headers=headers, media_type="audio/wav")


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """First and last byte of the one range asked for (RFC 9110, 14.1.2): Safari plays nothing without it.

    None for the whole: a range that is none of the file's, or several, may be ignored.
    """
    spelt = _RANGE.fullmatch(asked)
    if spelt is None or not any(spelt.groups()):
        return None
    start, end = spelt.groups()
    first = int(start) if start else max(0, size - int(end))
    last = min(int(end), size - 1) if start and end else size - 1
    return (first, last) if first <= last else None
