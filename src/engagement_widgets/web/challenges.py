"""A captcha's challenge for a client, the same wherever a form needs one: limited before anything is drawn."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from starlette.requests import HTTPConnection

from engagement_widgets.errors import FieldError, Invalid, MountError
from engagement_widgets.hooks import Answer, Ask, Challenge, Verdict
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import Client, is_loopback

BY_READER = "captcha"
BY_ADDRESS = "captcha-address"
SPOKEN_BY_READER = "captcha-spoken"
SPOKEN_BY_ADDRESS = "captcha-spoken-address"
_LOCAL_HOSTS: Final = frozenset({"127.0.0.1", "::1", "localhost"})


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
        Unavailable: `busy`, `captcha_unavailable`.
    """
    reader = client.voter()
    if reader is None:
        ctx.throttle.check(SPOKEN_BY_ADDRESS if spoken else BY_ADDRESS, client.address_hash)
    else:
        ctx.throttle.check(SPOKEN_BY_READER if spoken else BY_READER, reader)
    return await ctx.captcha.issue(
        Ask(purpose=purpose, page_id=page_id, asker=client.asker, locale=locale, replaces=replaces, spoken=spoken)
    )


def asked_field(ctx: Context) -> str:
    """The field that errors of the captcha are told of: the code, a service's token, or the work where neither is."""
    if ctx.captcha.answer_field != "code":
        return "token"
    return "code" if ctx.settings.captcha_picture else "nonce"


def read_answer(ctx: Context, values: Mapping[str, object]) -> Answer | None:
    """The answer in a posted form, or None where no challenge came with it.

    Raises:
        Invalid: `wrong_type` or `required`, of the field that errors are told of.
    """
    field = asked_field(ctx)
    challenge, text, nonce = (values.get(name) for name in ("challenge", ctx.captcha.answer_field, "nonce"))
    if not challenge:
        return None
    if not isinstance(challenge, str) or not isinstance(text, str | None):
        raise Invalid([FieldError(field, "wrong_type")])
    if not isinstance(nonce, str | None):
        raise Invalid([FieldError("nonce", "wrong_type")])
    if not ((nonce if field == "nonce" else text) or "").strip():
        raise Invalid([FieldError(field, "required")])
    return Answer(challenge=challenge, text=text or "", nonce=nonce or "")


async def judge(
    ctx: Context, request: HTTPConnection, client: Client, answer: Answer, *, purpose: str, page_id: UUID
) -> Verdict:
    """Spend the challenge.

    Raises:
        MountError: the provider is for tests on this machine (`loopback_only`), and this request is not of it; or it
            answers what is no verdict.
        TooMany: `too_many_wrong_codes`.
        Unavailable: the provider cannot judge now; nothing passes.
    """
    if getattr(ctx.captcha, "loopback_only", False) and not _is_local(request):
        raise MountError(f"{type(ctx.captcha).__name__} is for tests and judges nothing beyond this machine.")
    verdict = await ctx.captcha.verify(answer, purpose=purpose, page_id=page_id, asker=client.asker)
    if not isinstance(verdict, Verdict):  # a host's own provider may answer anything; what is no verdict passes nobody
        raise MountError(f"{type(ctx.captcha).__name__}.verify must answer a Verdict.")
    return verdict


def _is_local(request: HTTPConnection) -> bool:
    """Sender, server and the name it was called by are this machine's, and no proxy says otherwise."""
    server = request.scope.get("server")
    return (
        is_loopback(request)
        and server is not None
        and server[0] in _LOCAL_HOSTS
        and request.url.hostname in _LOCAL_HOSTS
    )
