"""A captcha's challenge for a client, the same wherever a form needs one: limited before anything is drawn."""

from uuid import UUID

from engagement_widgets.hooks import Ask, Challenge
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import Client

BY_READER = "captcha"
BY_ADDRESS = "captcha-address"


async def issue_challenge(
    ctx: Context, client: Client, *, purpose: str, page_id: UUID, locale: str, replaces: str | None = None
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
        ctx.throttle.check(BY_ADDRESS, client.address_hash)
    else:
        ctx.throttle.check(BY_READER, reader)
    return await ctx.captcha.issue(
        Ask(purpose=purpose, page_id=page_id, asker=client.asker, locale=locale, replaces=replaces)
    )
