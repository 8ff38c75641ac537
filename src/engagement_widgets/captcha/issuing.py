"""From a request to a challenge, the same for the form and the API."""

import secrets
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from starlette.requests import Request

from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.hooks import Challenge
from engagement_widgets.pages.reference import page_id, read_reference
from engagement_widgets.web.challenges import issue_challenge
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import client_of
from engagement_widgets.web.negotiation import known_locale, set_locale

_KEY_BYTES = 24


class Purpose(StrEnum):
    """What a challenge can be spent on."""

    COMMENT = "comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A challenge with what a form needs beside it.

    Attributes:
        challenge: waits for its answer.
        submission_key: fresh randomness that makes a post sent twice one post; kept when the form comes back.
        locale: the page's language.
    """

    challenge: Challenge
    submission_key: str
    locale: str


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
        Unavailable: `busy`.
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
        page_id=page_id(ctx.settings.site, page.key),
        locale=locale,
        replaces=given_up,
        spoken=spoken,
    )
    return Issued(challenge=challenge, submission_key=new_submission_key(), locale=locale)


def new_submission_key() -> str:
    """192 random bits in 32 URL-safe characters."""
    return secrets.token_urlsafe(_KEY_BYTES)


def picture_path(ctx: Context, challenge: Challenge) -> str:
    """Where the picture of a challenge is."""
    return ctx.urls.path(f"/captcha/{challenge.id}.png")


def recording_path(ctx: Context, challenge: Challenge) -> str | None:
    """Where the recording of a challenge is, if it has one."""
    return ctx.urls.path(f"/captcha/{challenge.id}.wav") if challenge.spoken else None
