"""The reader's cookie: minted by the first accepted write, signed, bound to the mount, worth nothing when forged."""

from collections.abc import Callable
from dataclasses import replace
from http.cookies import Morsel, SimpleCookie
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from engagement_widgets.errors import MountError, Refused
from engagement_widgets.hooks import HostUser
from engagement_widgets.kernel.signing import Secrets, reader_hash
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import (
    client_of,
    ensure_reader,
    forget_reader_cookie,
    reader_token,
    set_reader_cookie,
)

MakeContext = Callable[..., Context]
READER = bytes(range(16))


def _request(*, scheme: str = "https", client: str = "192.0.2.7", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/", "headers": raw, "scheme": scheme}
    return Request({**scope, "client": (client, 1), "query_string": b""})


async def _cookie(ctx: Context, request: Request) -> Morsel[str]:
    response = Response()
    set_reader_cookie(ctx, request, response, ensure_reader(ctx, request, await client_of(ctx, request)))
    (morsel,) = SimpleCookie(response.headers["set-cookie"]).values()
    return morsel


@pytest.mark.anyio
async def test_the_first_write_makes_a_reader(ctx: Context) -> None:
    """Signed, out of reach of scripts, for a year, sent to the mount alone."""
    cookie = await _cookie(ctx, _request())
    assert cookie.key == "__Secure-ew_reader"
    assert cookie["path"] == "/engagement"
    assert cookie["max-age"] == str(365 * 24 * 3600)
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "lax"
    assert not cookie["domain"]
    again = await client_of(ctx, _request(cookie=f"{cookie.key}={cookie.value}"))
    assert again.reader is not None
    assert len(again.reader) == 16
    assert again.voter() == f"r:{reader_hash(again.reader)}"


@pytest.mark.anyio
async def test_every_reader_is_another(ctx: Context) -> None:
    """128 random bits."""
    assert len({(await _cookie(ctx, _request())).value for _ in range(20)}) == 20


@pytest.mark.anyio
async def test_reading_makes_no_reader(ctx: Context) -> None:
    """Nobody is marked by looking."""
    client = await client_of(ctx, _request())
    assert client.reader is None
    assert client.voter() is None
    response = Response()
    set_reader_cookie(ctx, _request(), response, client)
    assert "set-cookie" not in response.headers


@pytest.mark.anyio
async def test_a_mount_at_the_root_uses_the_root(make_context: MakeContext) -> None:
    """A cookie needs a path."""
    assert (await _cookie(make_context(base=""), _request()))["path"] == "/"


@pytest.mark.anyio
async def test_a_host_user_needs_no_cookie(ctx: Context) -> None:
    """The host's own id is the voter, and the writer is not marked besides."""
    request = _request(x_user="7")
    client = ensure_reader(ctx, request, await client_of(ctx, request))
    assert client.voter() == client.throttle_key == "u:7"
    response = Response()
    set_reader_cookie(ctx, request, response, client)
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("name", ["x" * 256, "đ" * 128])
@pytest.mark.anyio
async def test_a_host_user_no_row_can_hold_is_the_hosts_fault(ctx: Context, name: str) -> None:
    """Told by name at the first request, instead of by a database error at the first vote."""

    async def identity(request: Request, /) -> HostUser | None:
        del request
        return HostUser(id=name, name="A")

    with pytest.raises(MountError, match="255 bytes"):
        await client_of(replace(ctx, identity=identity), _request())


@pytest.mark.anyio
async def test_keys_rotate_without_losing_readers(make_context: MakeContext) -> None:
    """An older key still verifies, one voter stays one voter, and the next write signs with the newest key."""
    old, new = "o" * 32, "n" * 32
    token = reader_token(Secrets((old,)), READER)
    ctx = make_context(secret_keys=(new, old))
    request = _request(cookie=f"__Secure-ew_reader={token}")
    client = await client_of(ctx, request)
    assert client.reader == READER
    assert client.voter() == f"r:{reader_hash(READER)}"
    renewed = await _cookie(ctx, request)
    assert renewed.value == reader_token(Secrets((new,)), READER) != token


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "x",
        "." * 200,
        reader_token(Secrets(("f" * 32,)), READER),  # another site's key
        Secrets(("k" * 32,)).sign("page-reference", "AAAAAAAAAAAAAAAAAAAAAA=="),  # ours, for another purpose
        Secrets(("k" * 32,)).sign("reader", "c2hvcnQ="),  # ours, too short
        Secrets(("k" * 32,)).sign("reader", {"no": "text"}),
        Secrets(("k" * 32,)).sign("reader", "không phải"),
    ],
)
@pytest.mark.anyio
async def test_a_forged_cookie_is_as_good_as_none(ctx: Context, cookie: str) -> None:
    """No error, no reader; the next write makes a new one."""
    request = _request(cookie=f"__Secure-ew_reader={cookie}")
    assert (await client_of(ctx, request)).reader is None


@pytest.mark.anyio
async def test_the_plain_name_counts_on_plain_http_only(ctx: Context) -> None:
    """Whoever can write cookies over http must not choose the reader of an https page, and the reverse."""
    token = reader_token(ctx.secrets, READER)
    assert (await client_of(ctx, _request(cookie=f"ew_reader={token}"))).reader is None
    assert (await client_of(ctx, _request(scheme="http", cookie=f"__Secure-ew_reader={token}"))).reader is None
    assert (await client_of(ctx, _request(scheme="http", cookie=f"ew_reader={token}"))).reader == READER


@pytest.mark.anyio
async def test_plain_http_beyond_loopback_takes_no_writes(make_context: MakeContext) -> None:
    """Unless the site has said that it knows; a developer's own machine works as it is."""
    ctx = make_context()
    for request in (_request(scheme="http"), _request(scheme="http", client="127.0.0.1", x_forwarded_for="192.0.2.7")):
        with pytest.raises(Refused) as caught:
            ensure_reader(ctx, request, await client_of(ctx, request))
        assert caught.value.code == "https_required"
    loopback = await _cookie(ctx, _request(scheme="http", client="127.0.0.1"))
    assert (loopback.key, loopback["secure"]) == ("ew_reader", "")
    allowed = await _cookie(make_context(insecure_http=True), _request(scheme="http"))
    assert (allowed.key, allowed["secure"]) == ("ew_reader", "")


@pytest.mark.anyio
async def test_a_proxy_that_ends_tls_is_believed_when_trusted(make_context: MakeContext) -> None:
    """By `public_url`, or by the header of a proxy the settings know; from anybody else the header is a claim."""
    behind = _request(scheme="http", client="10.0.0.1", x_forwarded_proto="http, https", x_forwarded_for="192.0.2.7")
    assert (await _cookie(make_context(trusted_proxies=1), behind)).key == "__Secure-ew_reader"
    assert (await _cookie(make_context(public_url="https://n.example/engagement"), behind)).key == "__Secure-ew_reader"
    with pytest.raises(Refused):
        await _cookie(make_context(), behind)


@pytest.mark.anyio
async def test_forgetting_takes_the_same_cookie_away(ctx: Context) -> None:
    """Name and path are those it was set with, or the browser would keep it."""
    response = Response()
    forget_reader_cookie(ctx, _request(), response)
    (cookie,) = SimpleCookie(response.headers["set-cookie"]).values()
    assert (cookie.key, cookie["path"], cookie["max-age"]) == ("__Secure-ew_reader", "/engagement", "0")


@pytest.mark.anyio
async def test_an_address_is_only_ever_a_keyed_hash(ctx: Context) -> None:
    """The same network gives the same hash, another key another one; neither address nor reader shows in repr."""
    first, second = await client_of(ctx, _request()), await client_of(ctx, _request())
    assert first.address_hash == second.address_hash == ctx.secrets.keyed_hash("address", "192.0.2.7")
    assert first.throttle_key == f"a:{first.address_hash}"
    known = await client_of(ctx, _request(cookie=f"__Secure-ew_reader={reader_token(ctx.secrets, READER)}"))
    assert "192.0.2.7" not in repr(known)
    assert repr(READER)[2:-1] not in repr(known)
