"""Who sent a request: the host's user, else the reader's cookie, else an address that is only ever a keyed hash."""

import hashlib
import ipaddress
import secrets as random
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from engagement_widgets.errors import MountError, Refused
from engagement_widgets.hooks import Asker, HostUser
from engagement_widgets.kernel.signing import Secrets, reader_hash
from engagement_widgets.web.context import Context

COOKIE = "ew_reader"
COOKIE_SECONDS = 365 * 24 * 3600
READER_BYTES = 16
MAX_USER_ID_BYTES = 255
UNKNOWN_ADDRESS = "unknown"

_PURPOSE = "reader"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The sender of a request.

    Attributes:
        user: the host's signed-in reader, if any.
        reader: the 128 random bits of the reader's cookie, verified.
        address_hash: keyed hash of the address (IPv6 by its /64 network).
    """

    user: HostUser | None
    reader: bytes | None = field(repr=False)
    address_hash: str

    def voter(self) -> str | None:
        """The one who votes and writes, as rows name them; None before the first accepted write."""
        if self.user is not None:
            return f"u:{self.user.id}"
        return None if self.reader is None else f"r:{reader_hash(self.reader)}"

    def names(self) -> tuple[str, ...]:
        """Every name this client's rows may carry: what was written before signing in stays theirs."""
        user = () if self.user is None else (f"u:{self.user.id}",)
        return user if self.reader is None else (*user, f"r:{reader_hash(self.reader)}")

    @property
    def asker(self) -> Asker:
        """The same for a captcha's provider, which needs to tell clients apart and nothing more."""
        reader = self.voter()
        hashed = None if reader is None else hashlib.sha256(reader.encode()).hexdigest()
        return Asker(reader=hashed, address=self.address_hash)

    @property
    def throttle_key(self) -> str:
        """Host user, else reader, else address: thousands of mobile readers share one address."""
        return self.voter() or f"a:{self.address_hash}"


async def client_of(ctx: Context, request: Request) -> Client:
    """Tell who sent a request. Reads only.

    Raises:
        MountError: when the host names its user by what no row can hold.
    """
    user = await ctx.identity(request)
    if user is not None and not 0 < len(user.id.encode()) <= MAX_USER_ID_BYTES:
        raise MountError(f"Identity must give an id of 1 to {MAX_USER_ID_BYTES} bytes.")
    address = client_address(request, ctx.settings.trusted_proxies)
    return Client(
        user=user,
        reader=_read_cookie(ctx, request),
        address_hash=ctx.secrets.keyed_hash("address", address),
    )


def ensure_reader(ctx: Context, request: Request, client: Client) -> Client:
    """The client with a reader id, minted now where there is none and the host knows no user.

    Raises:
        Refused: `https_required`, where a cookie may not travel: plain http beyond loopback.
    """
    if client.user is not None or client.reader is not None:
        return client
    require_cookies(ctx, request)
    return replace(client, reader=random.token_bytes(READER_BYTES))


def require_cookies(ctx: Context, request: Request) -> None:
    """Refuse where a cookie may not travel.

    Raises:
        Refused: `https_required`: plain http beyond loopback.
    """
    if not (is_https(ctx, request) or ctx.settings.insecure_http or is_loopback(request)):
        raise Refused("https_required")


def set_reader_cookie(ctx: Context, request: Request, response: Response, client: Client) -> None:
    """Give the reader's cookie with an accepted write: for a year from now, signed by the newest key."""
    if client.reader is None:
        return
    https = is_https(ctx, request)
    response.set_cookie(
        cookie_name(COOKIE, https=https),
        reader_token(ctx.secrets, client.reader),
        max_age=COOKIE_SECONDS,
        path=ctx.urls.base or "/",
        secure=https,
        httponly=True,
        samesite="lax",
    )


def forget_reader_cookie(ctx: Context, request: Request, response: Response) -> None:
    """Take the reader's cookie away, as on a shared computer."""
    https = is_https(ctx, request)
    response.delete_cookie(
        cookie_name(COOKIE, https=https), path=ctx.urls.base or "/", secure=https, httponly=True, samesite="lax"
    )


def reader_token(secrets: Secrets, reader: bytes) -> str:
    """The value of a reader's cookie."""
    return secrets.sign(_PURPOSE, urlsafe_b64encode(reader).decode())


def cookie_name(name: str, *, https: bool) -> str:
    """`__Secure-` where browsers accept it. `__Host-` would need `Path=/` and reach the host's own pages."""
    return f"__Secure-{name}" if https else name


def is_https(ctx: Context, request: HTTPConnection) -> bool:
    """True when the reader's browser speaks https: by `public_url`, else the trusted proxy, else the server."""
    if ctx.settings.public_url is not None:
        return ctx.settings.public_url.startswith("https://")
    forwarded = request.headers.get("x-forwarded-proto") if ctx.settings.trusted_proxies else None
    return (forwarded.rpartition(",")[2].strip() if forwarded else request.scope["scheme"]) == "https"


def is_loopback(request: HTTPConnection) -> bool:
    """True when the sender sits on this machine and no proxy says that it speaks for somebody else."""
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    address = _parse(request.client.host) if request.client else None
    return address is not None and address.is_loopback


def client_address(request: HTTPConnection, trusted_proxies: int) -> str:
    """The sender's network: an IPv4 address, or the /64 of an IPv6 address.

    Each trusted proxy appends the address it was called from to `X-Forwarded-For`, so the sender is that many hops
    from the right; what stands further left was written by the sender. Anything unreadable falls back to the socket.
    """
    forwarded = _hop(request, trusted_proxies) if trusted_proxies else None
    address = (_parse(forwarded) if forwarded else None) or (_parse(request.client.host) if request.client else None)
    if address is None:
        return request.client.host if request.client else UNKNOWN_ADDRESS
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((int(address), 64), strict=False))
    return str(address)


def _hop(request: HTTPConnection, trusted_proxies: int) -> str | None:
    hops = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    return hops[-trusted_proxies] if len(hops) >= trusted_proxies else None


def _parse(raw: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address as proxies write it: with a port, in brackets, with a zone, or IPv4 inside IPv6."""
    text = raw.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address


def _read_cookie(ctx: Context, request: Request) -> bytes | None:
    """The verified reader id. A forged or foreign cookie is as good as none."""
    cookies: Mapping[str, str] = request.cookies
    token = cookies.get(cookie_name(COOKIE, https=is_https(ctx, request)))
    if token is None:  # most requests: trying every key on nothing costs a tenth of giving out a challenge
        return None
    try:
        reader = urlsafe_b64decode(ctx.secrets.unsign(_PURPOSE, token))
    except (Refused, ValueError, TypeError):
        return None
    return reader if len(reader) == READER_BYTES else None
