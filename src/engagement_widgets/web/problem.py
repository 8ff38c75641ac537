"""Errors for programs: one problem document, the same for routes, fragments and assets."""

import json
from collections.abc import Iterable

from starlette.types import Scope, Send

from engagement_widgets.errors import EngagementError, Invalid, TooMany, Unavailable
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.representation import send_bytes

MEDIA_TYPE = "application/problem+json"
SAFE_HEADERS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


class MethodNotAllowed(EngagementError):
    """The address exists and takes another method; only the web knows such a thing."""

    status = 405

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__("method_not_allowed")
        self.allowed = ", ".join(sorted(allowed))


def problem(error: EngagementError, locale: str) -> dict[str, object]:
    """The error as RFC 9457 describes it, with our stable code and its figures, the fields and the seconds to wait."""
    document: dict[str, object] = {
        "type": f"/errors/{error.code}",
        "title": sentence(error.code, error.params, locale),
        "status": error.status,
        "code": error.code,
        "params": dict(error.params),
        "errors": [
            {
                "field": item.field,
                "code": item.code,
                "message": sentence(item.code, item.params, locale, field=item.field),
                "params": dict(item.params),
            }
            for item in (error.errors if isinstance(error, Invalid) else ())
        ],
    }
    if (seconds := retry_after(error)) is not None:
        document["retry_after"] = seconds
    return document


def retry_after(error: EngagementError) -> int | None:
    """Whole seconds until trying again makes sense, where the error knows it."""
    return error.retry_after if isinstance(error, TooMany | Unavailable) else None


def error_headers(error: EngagementError | None) -> dict[str, str]:
    """What the status wants in the headers: when to come again, which methods there are; nothing without an error."""
    if error is None:
        return {}
    headers = {} if (seconds := retry_after(error)) is None else {"Retry-After": str(seconds)}
    return {**headers, "Allow": error.allowed} if isinstance(error, MethodNotAllowed) else headers


async def send_problem(scope: Scope, send: Send, error: EngagementError, locale: str) -> None:
    """Send the problem document from plain ASGI, where no request object exists."""
    body = json.dumps(problem(error, locale), ensure_ascii=False).encode()
    extra = [(name.lower().encode(), value.encode()) for name, value in error_headers(error).items()]
    headers = ((b"content-type", MEDIA_TYPE.encode()), *SAFE_HEADERS, *extra)
    await send_bytes(scope, send, error.status, body, headers)
