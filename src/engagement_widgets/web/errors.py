"""Errors become answers: a problem document for programs, a page in the layout for people."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from engagement_widgets.errors import EngagementError, Invalid
from engagement_widgets.web.context import Context
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import request_locale, wants_json
from engagement_widgets.web.problem import MEDIA_TYPE, error_headers, problem, retry_after
from engagement_widgets.web.responses import json_response, page_response

TITLE = N_("Lỗi: %(sentence)s")


async def error_response(
    ctx: Context, request: Request, error: EngagementError, *, kept: Sequence[str] = ()
) -> Response:
    """The answer to an error raised on purpose. Never stored, always with the status the error carries.

    Args:
        ctx: the instance.
        request: decides between JSON and HTML, and the language.
        error: what went wrong.
        kept: what the person had typed, shown on the page so that it is not lost.
    """
    locale = request_locale(request, ctx.settings)
    headers = error_headers(error)
    if wants_json(request):
        headers["Content-Type"] = MEDIA_TYPE
        return json_response(problem(error, locale), status=error.status, headers=headers)
    message = sentence(error.code, error.params, locale)
    return await page_response(
        ctx,
        request,
        title=translator(locale).gettext(TITLE) % {"sentence": message},
        template="engagement/error.html",
        locale=locale,
        status=error.status,
        headers=headers,
        message=message,
        code=error.code,
        errors=field_messages(error, locale),
        retry_after=retry_after(error),
        kept=tuple(kept),
    )


def field_messages(error: EngagementError, locale: str) -> dict[str, str]:
    """The sentence of every wrong field, by the field's name; the first one where a field has several."""
    messages: dict[str, str] = {}
    for item in error.errors if isinstance(error, Invalid) else ():
        messages.setdefault(item.field, sentence(item.code, item.params, locale, field=item.field))
    return messages
