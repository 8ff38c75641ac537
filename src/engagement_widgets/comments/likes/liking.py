"""From a request to a like, the same for the form and the API."""

from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request

from engagement_widgets.comments.likes.service import LikeQuery, Vote, Voted, load_like, vote
from engagement_widgets.errors import Refused
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import Client, client_of, ensure_reader

THROTTLE = "like"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was done, and by whom: the answer to a like gives the reader's cookie."""

    result: Voted
    client: Client


async def cast(ctx: Context, request: Request, comment_id: UUID, *, likes: bool) -> Sent:
    """Like a comment or take it back. Who has never written here has nothing to take back, and gets no cookie.

    Raises:
        NotFound: `unknown_comment`.
        Refused: `own_like`, `https_required`.
        TooMany: `too_fast`, `too_many_likes`.
        Unavailable: `busy`.
    """
    sender = await client_of(ctx, request)
    if sender.voter() is not None:  # an address alone is never slowed down: a whole town reads from one
        ctx.throttle.check(THROTTLE, sender.throttle_key)
    elif not likes:
        return Sent(
            result=await ctx.storage.read(load_like, LikeQuery(comment_id=comment_id, voter=None)), client=sender
        )
    client = ensure_reader(ctx, request, sender)
    voter = client.voter()
    if voter is None:  # cannot be: `ensure_reader` gives a reader or raises
        raise Refused("https_required")
    command = Vote(
        comment_id=comment_id,
        voter=voter,
        names=client.names(),
        likes=likes,
        is_new=sender.voter() is None,
    )
    return Sent(result=await ctx.storage.write(vote, command), client=client)
