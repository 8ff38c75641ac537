"""What one reader is told beside the cached page: their vote, likes and waiting comments; and forgetting them."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.app.counts import MOST_PAGES, Counts, counts_of
from engagement_widgets.comments.changing import edit_window
from engagement_widgets.comments.form_pages import for_client
from engagement_widgets.comments.form_views import comment_form
from engagement_widgets.comments.likes.service import LikesQuery, my_likes
from engagement_widgets.comments.ownership import Author
from engagement_widgets.comments.receipt_cookie import forget_opened
from engagement_widgets.comments.receipts import MyComments, my_comments
from engagement_widgets.comments.views import OwnComment
from engagement_widgets.errors import Malformed
from engagement_widgets.pages.reference import make_reference
from engagement_widgets.pages.service import PageRow, find_page
from engagement_widgets.ratings.service import Standing, StandingQuery, load_standing
from engagement_widgets.ratings.views import my_rating
from engagement_widgets.storage.units import Tx
from engagement_widgets.web.context import Context
from engagement_widgets.web.forms import read_form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.identity import client_of, forget_reader_cookie
from engagement_widgets.web.negotiation import known_locale
from engagement_widgets.web.openapi import ApiCall, ApiRoute
from engagement_widgets.web.responses import page_response
from engagement_widgets.web.routing import route

TITLE = N_("Của bạn đọc này")
FORGOTTEN = N_("Đã xóa dấu vết trên máy này")


@dataclass(frozen=True, slots=True, kw_only=True)
class MineQuery:
    """One page and one reader, by every name the reader writes under; `voter` is the one that votes."""

    page_id: UUID
    names: tuple[str, ...]
    voter: str | None
    minimum: int
    edit_window: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """What one reader has on one page."""

    page: PageRow
    rating: Standing
    comments: tuple[OwnComment, ...]
    likes: tuple[UUID, ...]


def load_mine(tx: Tx, query: MineQuery) -> Mine | None:
    """The reader's own things, or None on a page nobody has written under."""
    page = find_page(tx, query.page_id)
    if page is None:
        return None
    return Mine(
        page=page,
        rating=load_standing(tx, StandingQuery(page_id=query.page_id, voter=query.voter, minimum=query.minimum)),
        comments=my_comments(
            tx, MyComments(page_id=query.page_id, author=Author(readers=query.names), window=query.edit_window)
        ),
        likes=my_likes(tx, LikesQuery(page_id=query.page_id, voter=query.voter)),
    )


def routes(ctx: Context) -> list[BaseRoute]:
    """`/me` and what forgets it."""
    return [route(ctx, "/me", show_mine), route(ctx, "/me/forget", forget, methods=["POST"])]


async def show_mine(ctx: Context, request: Request) -> Response:
    """My vote and my waiting comments on one page, as elements our script adopts. Never stored anywhere."""
    page_id = ctx.shown_page(_page_id(request.query_params.get("page", "")))
    client = await client_of(ctx, request)
    query = MineQuery(
        page_id=page_id,
        names=client.names(),
        voter=client.voter(),
        minimum=ctx.settings.rating_minimum,
        edit_window=edit_window(ctx),
    )
    mine = await ctx.storage.read(load_mine, query)
    locale = known_locale(mine.page.page.locale if mine else None, ctx.settings.locale)
    rating = None
    if mine is not None and mine.rating.vote is not None:
        rules = await ctx.policy(mine.page.page, ctx.clock.now())
        reference = make_reference(ctx.secrets, ctx.settings.site, mine.page.page)
        rating = my_rating(
            ctx.settings,
            mine.rating.summary,
            vote=mine.rating.vote,
            reference=reference,
            is_open=rules.ratings_open,
        )
    return await page_response(
        ctx,
        request,
        title=translator(locale).gettext(TITLE),
        template="engagement/me.html",
        locale=locale,
        headers={"Cache-Control": "private, no-store"},
        rating=rating,
        comments=mine.comments if mine else (),
        likes=mine.likes if mine else (),
        form=for_client(comment_form("", moderation=ctx.settings.moderation), client) if client.user else None,
    )


async def forget(ctx: Context, request: Request) -> Response:
    """Take the reader's cookies away: on a shared computer, the next reader is somebody else."""
    await read_form(request)
    locale = ctx.settings.locale
    response = await page_response(
        ctx,
        request,
        title=translator(locale).gettext(FORGOTTEN),
        template="engagement/forgotten.html",
        locale=locale,
    )
    forget_reader_cookie(ctx, request, response)
    forget_opened(ctx, request, response)
    return response


def _page_id(raw: str) -> UUID:
    try:
        return UUID(raw)
    except ValueError:
        raise Malformed("bad_query") from None


class CountsParams(BaseModel, frozen=True, extra="forbid"):
    """Which pages: their ids, separated by commas, at most 100."""

    pages: str


class PageCounts(BaseModel, frozen=True):
    """What the public sees of one page; `average` is None below the site's minimum of votes."""

    comments: int
    ratings: int
    average: float | None


class CountsOut(BaseModel, frozen=True):
    """The figures by page id. A page nobody has written under has zeros."""

    pages: dict[str, PageCounts]


async def get_counts(ctx: Context, call: ApiCall[None, CountsParams]) -> CountsOut:
    """Comments and ratings of many pages."""
    names = [name for name in call.query.pages.split(",") if name]
    if len(names) > MOST_PAGES:
        raise Malformed("bad_query")
    found = await counts_of(ctx, [_page_id(name) for name in names])
    return CountsOut(pages={str(page_id): _page_counts(counts) for page_id, counts in found.items()})


def _page_counts(counts: Counts) -> PageCounts:
    return PageCounts(comments=counts.comments, ratings=counts.ratings, average=counts.average)


API = (
    ApiRoute(
        method="GET",
        path="/counts",
        handler=get_counts,
        summary="Comments and ratings of up to 100 pages",
        query=CountsParams,
        response=CountsOut,
    ),
)
