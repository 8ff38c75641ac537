"""From a request to a vote, the same for the form and the API: which page, who votes, and whether they may."""

from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request

from engagement_widgets.errors import Conflict, Refused
from engagement_widgets.hooks import Page
from engagement_widgets.pages.reference import page_id, read_reference
from engagement_widgets.ratings.notes import WriteNote, write_note
from engagement_widgets.ratings.service import (
    CastRating,
    RatingResult,
    Standing,
    StandingQuery,
    WithdrawRating,
    cast,
    load_standing,
    withdraw,
)
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import Client, client_of, ensure_reader
from engagement_widgets.web.negotiation import known_locale, set_locale

THROTTLE = "rating"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The page a request is about, as its reference proves."""

    page: Page
    page_id: UUID
    reference: str
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Voted:
    """What was done, and by whom: the answer to a vote gives the reader's cookie."""

    result: RatingResult
    client: Client


def asked_page(ctx: Context, request: Request, reference: str) -> Asked:
    """The page of a request; from here on errors speak its language.

    Raises:
        NotFound: `unknown_page`, `page_withdrawn`.
        Refused: `foreign_page`.
    """
    site = ctx.settings.site
    page = read_reference(ctx.secrets, site, reference)
    locale = known_locale(page.locale, ctx.settings.locale)
    set_locale(request, locale)
    return Asked(page=page, page_id=ctx.shown_page(page_id(site, page.key)), reference=reference, locale=locale)


async def is_open(ctx: Context, page: Page) -> bool:
    """True while the page's rules let readers rate; an editor may have frozen it besides."""
    return (await ctx.policy(page, ctx.clock.now())).ratings_open


async def vote(ctx: Context, request: Request, page: Page, score: int) -> Voted:
    """Cast or change a vote.

    Raises:
        Refused: `ratings_closed`, `https_required`.
        TooMany: `too_fast`, `rating_too_fast`.
        Unavailable: `busy`.
    """
    sender = await _admit(ctx, request, page)
    client = ensure_reader(ctx, request, sender)
    voter = client.voter()
    if voter is None:  # cannot be: `ensure_reader` gives a reader or raises
        raise Refused("https_required")
    command = CastRating(
        page=page,
        voter=voter,
        score=score,
        day=ctx.today(),
        quota=_quota(ctx, voter),
        is_new=sender.voter() is None,
    )
    return Voted(result=await ctx.storage.write(cast, command), client=client)


async def take_back(ctx: Context, request: Request, asked: Asked) -> RatingResult | None:
    """Withdraw a vote; None for a reader who has never written here.

    Raises:
        Refused: `ratings_closed`.
        TooMany: `too_fast`, `rating_too_fast`.
        Unavailable: `busy`.
    """
    voter = (await _admit(ctx, request, asked.page)).voter()
    if voter is None:
        return None
    command = WithdrawRating(page_id=asked.page_id, voter=voter, quota=_quota(ctx, voter))
    return await ctx.storage.write(withdraw, command)


async def note(ctx: Context, request: Request, asked: Asked, text: str) -> None:
    """Keep private words to the editors with one's own vote; "" removes them.

    Raises:
        Refused: `ratings_closed`.
        Conflict: `low_rating_needed`.
        TooMany: `too_fast`, `rating_too_fast`.
        Unavailable: `busy`.
    """
    voter = (await _admit(ctx, request, asked.page)).voter()
    if voter is None:
        raise Conflict("low_rating_needed")
    command = WriteNote(page_id=asked.page_id, voter=voter, text=text, quota=_quota(ctx, voter))
    await ctx.storage.write(write_note, command)


async def standing(ctx: Context, request: Request, asked: Asked) -> Standing:
    """The page's figures and this reader's vote."""
    client = await client_of(ctx, request)
    query = StandingQuery(page_id=asked.page_id, voter=client.voter(), minimum=ctx.settings.rating_minimum)
    return await ctx.storage.read(load_standing, query)


async def _admit(ctx: Context, request: Request, page: Page) -> Client:
    client = await client_of(ctx, request)
    if client.voter() is not None:  # an address alone is never slowed down: a whole office votes from one
        ctx.throttle.check(THROTTLE, client.throttle_key)
    if not await is_open(ctx, page):
        raise Refused("ratings_closed")
    return client


def _quota(ctx: Context, voter: str) -> str:
    """A name of fixed length for the counter of a voter: a host's user id may be longer than its column."""
    return ctx.secrets.keyed_hash("rating-quota", voter)
