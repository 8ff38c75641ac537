"""From a request to a challenge, the same for the form and the API."""

import re
import secrets
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from starlette.requests import Request

from engagement_widgets.errors import FieldError, Invalid, NotFound, Refused
from engagement_widgets.hooks import Challenge
from engagement_widgets.pages.reference import page_id, read_reference
from engagement_widgets.web.challenges import issue_challenge
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import client_of
from engagement_widgets.web.negotiation import known_locale, set_locale

_KEY_BYTES = 24
_HOST_PURPOSE = re.compile(r"[a-z][a-z0-9-]{0,25}")


class Purpose(StrEnum):
    """What a challenge can be spent on."""

    COMMENT = "comment"
    CASE = "case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A challenge with what a form needs beside it.

    Attributes:
        challenge: waits for its answer; None where none can be had now.
        submission_key: fresh randomness that makes a post sent twice one post; kept when the form comes back.
        locale: the page's language.
        offers_no_code: whether the form takes what is sent without a code.
    """

    challenge: Challenge | None
    submission_key: str
    locale: str
    offers_no_code: bool = True


def parse_purpose(raw: str) -> Purpose:
    """The purpose, by its name.

    Raises:
        Invalid: `unknown_purpose`.
    """
    try:
        return Purpose(raw)
    except ValueError:
        raise Invalid([FieldError("purpose", "unknown_purpose")]) from None


def parse_replaced(raw: str | None) -> str | None:
    """The id of the challenge that is given up; empty is none.

    Raises:
        Invalid: `invalid_id`.
    """
    try:
        return str(UUID(raw)) if raw else None
    except ValueError:
        raise Invalid([FieldError("replaces", "invalid_id")]) from None


FORM_REFERENCE = "captcha-form"


def host_purpose(name: str) -> str:
    """A host's purpose as challenges carry it: apart from ours, so that none of its own is ever spent on a comment.

    Raises:
        ValueError: not 1–26 of `a–z 0–9 -`, beginning with a letter.
    """
    if _HOST_PURPOSE.fullmatch(name) is None:
        raise ValueError(f"a purpose is 1 to 26 of a-z, 0-9 and -, beginning with a letter, not {name!r}")
    return f"form-{name}"


def form_id(site: str, purpose: str) -> UUID:
    """What a host's form has in the place of a page: no page's key can hold NUL."""
    return page_id(site, f"\0{purpose}")


async def is_spared(ctx: Context, request: Request, purpose: str) -> bool:
    """Whether this reader needs no challenge for a comment."""
    reader = (await client_of(ctx, request)).voter()
    return purpose == Purpose.COMMENT and reader is not None and await ctx.spares(reader)


def read_form_reference(ctx: Context, reference: str) -> tuple[str, str, bool]:
    """Purpose and language of the host's form, and whether it takes what is sent without a code.

    Raises:
        NotFound: `unknown_page`: not a reference of ours to a form of this site.
    """
    try:
        site, purpose, locale, offers_no_code = ctx.secrets.unsign(FORM_REFERENCE, reference)
    except (Refused, ValueError, TypeError):
        raise NotFound("unknown_page") from None
    if site != ctx.settings.site:
        raise NotFound("unknown_page")
    return purpose, locale, offers_no_code


async def issue_for_form(
    ctx: Context, request: Request, *, reference: str, replaces: str | None = None, spoken: bool = False
) -> Issued:
    """Issue a challenge for the host's form that a signed reference names.

    Raises:
        NotFound: `unknown_page`: not a reference of ours to a form of this site.
        Invalid: `invalid_id`.
        TooMany: `too_fast`.
        Unavailable: `busy`, `captcha_unavailable`.
    """
    purpose, locale, offers_no_code = read_form_reference(ctx, reference)
    set_locale(request, locale)
    given_up = parse_replaced(replaces)
    client = replace(await client_of(ctx, request), reader=None)
    challenge = await issue_challenge(
        ctx,
        client,
        purpose=purpose,
        page_id=form_id(ctx.settings.site, purpose),
        locale=locale,
        replaces=given_up,
        spoken=spoken,
    )
    return Issued(challenge=challenge, submission_key="", locale=locale, offers_no_code=offers_no_code)


async def issue_for(
    ctx: Context, request: Request, *, purpose: str, reference: str, replaces: str | None = None, spoken: bool = False
) -> Issued:
    """Issue a challenge for the page a reference proves. The one it replaces can be answered no more.

    `spoken`: with a recording too, where the site has a voice for the page's language.

    Raises:
        NotFound: `unknown_page`.
        Refused: `foreign_page`.
        Invalid: `unknown_purpose`, `invalid_id`.
        TooMany: `too_fast`.
        Unavailable: `busy`, `captcha_unavailable`.
    """
    page = read_reference(ctx.secrets, ctx.settings.site, reference)
    locale = known_locale(page.locale, ctx.settings.locale)
    set_locale(request, locale)
    checked = parse_purpose(purpose)
    given_up = parse_replaced(replaces)
    challenge = await issue_challenge(
        ctx,
        await client_of(ctx, request),
        purpose=checked.value,
        page_id=ctx.shown_page(page_id(ctx.settings.site, page.key)),
        locale=locale,
        replaces=given_up,
        spoken=spoken,
    )
    return Issued(challenge=challenge, submission_key=new_submission_key(), locale=locale)


def new_submission_key() -> str:
    """192 random bits in 32 URL-safe characters."""
    return secrets.token_urlsafe(_KEY_BYTES)


def picture_path(ctx: Context, challenge: Challenge) -> str | None:
    """Where the picture of a challenge is, if it has one."""
    return ctx.urls.path(f"/captcha/{challenge.id}.png") if challenge.length else None


def recording_path(ctx: Context, challenge: Challenge) -> str | None:
    """Where the recording of a challenge is, if it has one."""
    return ctx.urls.path(f"/captcha/{challenge.id}.wav") if challenge.spoken else None
