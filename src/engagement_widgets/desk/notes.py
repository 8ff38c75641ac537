"""The reason an author reads, in the language of the page they wrote on."""

from uuid import UUID

from engagement_widgets.comments.service import queue_item
from engagement_widgets.desk.reasons import reason_sentence
from engagement_widgets.pages.service import find_page
from engagement_widgets.web.context import Context
from engagement_widgets.web.negotiation import known_locale


async def reason_for(ctx: Context, comment_id: UUID, code: str | None) -> str | None:
    """The sentence of a built-in reason, or None where none was picked.

    Raises:
        NotFound: `unknown_comment`.
        Invalid: `unknown_reason` at `reason`.
    """
    if not code:
        return None
    item = await ctx.storage.read(queue_item, comment_id)
    page = await ctx.storage.read(find_page, item.page_id)
    return reason_sentence(code, known_locale(page.page.locale if page else None, ctx.settings.locale))
