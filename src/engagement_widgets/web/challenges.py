"""A captcha's challenge for a client, the same wherever a form needs one: limited before anything is drawn."""

from uuid import UUID

from engagement_widgets.hooks import Ask, Challenge
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import Client

BY_READER = "captcha"
BY_ADDRESS = "captcha-address"
SPOKEN_BY_READER = "captcha-spoken"
SPOKEN_BY_ADDRESS = "captcha-spoken-address"


async def issue_challenge(
    ctx: Context,
    client: Client,
    *,
    purpose: str,
    page_id: UUID,
    locale: str,
    replaces: str | None = None,
    spoken: bool = False,
) -> Challenge:
    """Issue a challenge in place of the one that is shown, if any.

    An address that nothing else is known of has a limit of its own: thousands of readers may stand behind it, and it
    only keeps one machine from making us draw all day.

    Raises:
        TooMany: `too_fast`.
        Unavailable: `busy`.
    """
    reader = client.voter()
    if reader is None:
        ctx.throttle.check(SPOKEN_BY_ADDRESS if spoken else BY_ADDRESS, client.address_hash)
    else:
        ctx.throttle.check(SPOKEN_BY_READER if spoken else BY_READER, reader)
    return await ctx.captcha.issue(
        Ask(purpose=purpose, page_id=page_id, asker=client.asker, locale=locale, replaces=replaces, spoken=spoken)
    )
