"""The yardstick: the least that an ASGI app can do and still answer. It must not import the library."""

from typing import Final

from starlette.types import Receive, Scope, Send

_BODY: Final = b"hello"
_HEADERS: Final = ((b"content-type", b"text/plain"), (b"content-length", b"%d" % len(_BODY)))


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer everything alike."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
        await send({"type": "http.response.body", "body": _BODY})
        return
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    await send({"type": "lifespan.shutdown.complete"})
