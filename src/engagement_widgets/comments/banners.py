"""What readers are told above the form while an emergency hold stands."""

from uuid import UUID

from engagement_widgets.comments.emergencies import TOPIC, list_emergencies
from engagement_widgets.hooks import Page
from engagement_widgets.web.context import Context


async def banner_of(ctx: Context, page: Page, page_id: UUID) -> str:
    """The newest banner that is for this page at this moment, or "". It is asked of memory, for every article."""
    now = ctx.clock.now()
    standing = await ctx.storage.recall(list_emergencies, TOPIC)
    return next((one.banner for one in standing if one.banner and one.covers(page, page_id, now)), "")
