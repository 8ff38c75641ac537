"""The public search for programs, below `/api/v1`."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from engagement_widgets.comments.api import CommentOut, comment_out
from engagement_widgets.comments.search.finding import Search
from engagement_widgets.comments.search.results import FoundComment, continued, find_comments, search_cursor
from engagement_widgets.comments.search.words import parse_query
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.openapi import ApiCall, ApiRoute


class SearchParams(ApiModel):
    """What is searched for, and where."""

    q: Annotated[str, Field(description="Words of name or text, all of them; phrases in quotes.")]
    section: Annotated[str | None, Field(description="Only on pages of this section.")] = None
    page: Annotated[UUID | None, Field(description="Only on the page with this id.")] = None
    cursor: str | None = None


class FoundCommentOut(ApiModel):
    """A comment without its replies, and its page."""

    comment: CommentOut
    page_id: UUID
    page_title: str
    page_url: str
    section: str


class FoundOut(ApiModel):
    """One page of what was found: exact spellings first, then the newest.

    A page can be short, even empty, and still have a `next`: a common word is looked for a thousand comments at a time.
    """

    words: Annotated[list[str], Field(description="What was searched for, folded; empty when `q` has no word in it.")]
    comments: list[FoundCommentOut]
    next: str | None


async def search_comments(ctx: Context, call: ApiCall[None, SearchParams]) -> FoundOut:
    """Public comments with all of the words."""
    asked = Search(
        phrases=parse_query(call.query.q),
        size=ctx.settings.page_size,
        public_only=True,
        section=call.query.section,
        page_id=call.query.page,
    )
    found = await ctx.storage.read(find_comments, continued(ctx.secrets, asked, call.query.cursor))
    return FoundOut(
        words=[" ".join(word.folded for word in phrase) for phrase in asked.phrases],
        comments=[_found_out(one) for one in found.comments],
        next=None if found.next is None else search_cursor(ctx.secrets, asked, found.next),
    )


def _found_out(found: FoundComment) -> FoundCommentOut:
    return FoundCommentOut(
        comment=comment_out(found.comment),
        page_id=found.page.id,
        page_title=found.page.page.title,
        page_url=found.page.page.url,
        section=found.page.page.section,
    )


API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(
        method="GET",
        path="/comments/search",
        handler=search_comments,
        summary="Search the public comments",
        query=SearchParams,
        response=FoundOut,
        errors=("bad_query", "bad_cursor"),
    ),
)
