"""From a request to a case: what was typed is checked, the captcha is spent, the case is opened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from starlette.requests import Request

from engagement_widgets.comments.cases.fields import (
    NAME,
    STATEMENT,
    parse_contact,
    parse_faith,
    parse_subjects,
)
from engagement_widgets.comments.cases.opening import OpenCase, Opened, open_case
from engagement_widgets.comments.places import read_comment
from engagement_widgets.comments.posting import CaptchaRequired
from engagement_widgets.errors import FieldError, Invalid, Refused
from engagement_widgets.hooks import Answer, Verdict
from engagement_widgets.kernel.text import Fields
from engagement_widgets.web.challenges import asked_field, judge, read_answer
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import Client, client_of, ensure_reader

PURPOSE = "case"
THROTTLE = "case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A notice as typed, every field parsed."""

    comment_ids: tuple[UUID, ...]
    name: str
    email: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    statement: str
    answer: Answer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The case, and who opened it: the answer gives the reader's cookie."""

    opened: Opened
    client: Client


def parse_notice(ctx: Context, values: Mapping[str, object], *, needs_code: bool) -> Draft:
    """Check everything that was typed.

    Raises:
        Invalid: naming every wrong field.
    """
    fields = Fields()
    comment_ids = fields.take("comments", parse_subjects, values.get("comments"))
    name = fields.take("name", NAME.parse, values.get("name"))
    email, phone = parse_contact(fields, values.get("email"), values.get("phone"))
    statement = fields.take("statement", STATEMENT.parse, values.get("statement"))
    fields.take("good_faith", parse_faith, values.get("good_faith"))
    answer = fields.take(asked_field(ctx), lambda _: read_answer(ctx, values), None) if needs_code else None
    fields.check()
    return Draft(
        comment_ids=comment_ids or (),
        name=name or "",
        email=email,
        phone=phone,
        statement=statement or "",
        answer=answer,
    )


async def send(ctx: Context, request: Request, values: Mapping[str, object]) -> Sent:
    """Open a case. Without a code, and by a program's signs, it opens without hiding.

    Raises:
        CaptchaRequired: `captcha_required`.
        Invalid: naming every wrong field; `wrong` or `expired` of the captcha's, which is spent.
        NotFound: `unknown_comment`.
        Refused: `https_required`.
        TooMany: `too_fast`, `too_many_cases`, `too_many_wrong_codes`.
        Unavailable: `busy`, `captcha_unavailable`.
    """
    sender = await client_of(ctx, request)
    needs_code = sender.user is None and not values.get("no_code")
    draft = parse_notice(ctx, values, needs_code=needs_code)
    if sender.voter() is not None:
        ctx.throttle.check(THROTTLE, sender.throttle_key)
    client = ensure_reader(ctx, request, sender)
    reader = client.voter()
    if reader is None:  # cannot be: `ensure_reader` gives a reader or raises
        raise Refused("https_required")
    passed = await _judged(ctx, request, sender, draft) if needs_code else sender.user is not None
    command = OpenCase(
        comment_ids=draft.comment_ids,
        name=draft.name,
        email=draft.email,
        phone=draft.phone,
        statement=draft.statement,
        reader=reader,
        address_hash=client.address_hash,
        is_new=sender.voter() is None,
        hides=ctx.settings.case_hides and passed,
        deadline=timedelta(hours=ctx.settings.case_deadline_hours),
        year=ctx.today().year,
    )
    return Sent(opened=await ctx.storage.write(open_case, command), client=client)


async def _judged(ctx: Context, request: Request, sender: Client, draft: Draft) -> bool:
    """Spend the captcha, of the first comment's page; whether it was answered as people do."""
    first = await ctx.storage.read(read_comment, draft.comment_ids[0])
    if draft.answer is None:
        raise CaptchaRequired("captcha_required")
    verdict = await judge(ctx, request, sender, draft.answer, purpose=PURPOSE, page_id=first.page_id)
    if verdict in {Verdict.WRONG, Verdict.EXPIRED}:
        raise Invalid([FieldError(asked_field(ctx), verdict.value)])
    return verdict is Verdict.PASSED
