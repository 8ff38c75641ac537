"""From a request to a comment, the same for the form and the API.

In this order: what was typed is checked; the captcha is spent in a unit of its own, unless the sending is known
already and answered with its first result; the page's rules are asked; rules and checkers read the text; the comment
is judged and stored.
"""

from dataclasses import dataclass, replace
from uuid import UUID

import anyio
from starlette.requests import Request

from engagement_widgets.comments.drafts import Draft
from engagement_widgets.comments.examining import suspect_of, write_judged
from engagement_widgets.comments.letters.addresses import Proof
from engagement_widgets.comments.rules.case import Examined
from engagement_widgets.comments.search.words import indexed
from engagement_widgets.comments.sending import Check, Submission, Submitted, body_hash
from engagement_widgets.comments.submission import check_submission, submit_comment
from engagement_widgets.comments.views import ANCHOR
from engagement_widgets.errors import EngagementError, FieldError, Invalid, Refused
from engagement_widgets.hooks import Moderation, Page, PageRules, Verdict
from engagement_widgets.pages.reference import page_id, read_reference
from engagement_widgets.settings import Settings
from engagement_widgets.web.challenges import asked_field, judge
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import READER_BYTES, Client, client_of, ensure_reader
from engagement_widgets.web.negotiation import known_locale, set_locale

PURPOSE = "comment"
THROTTLE = "comment"
TWIN_SECONDS = 0.3
_READER_PURPOSE = "reader-of-submission"


class CaptchaRequired(EngagementError):
    """Everything is in order but the captcha: the form's next step."""

    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The page a request is about, as its reference proves, and who asks."""

    page: Page
    page_id: UUID
    reference: str
    locale: str
    client: Client

    @property
    def back(self) -> str:
        """The way back to the article, at the comments."""
        return article_anchor(self.page)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of it, and by whom: the answer to an accepted comment gives the reader's cookie."""

    result: Submitted
    client: Client


def article_anchor(page: Page) -> str:
    """The article's address, at its comments."""
    return page.url.partition("#")[0] + ANCHOR


async def asked_page(ctx: Context, request: Request, reference: str) -> Asked:
    """The page of a request; from here on errors speak its language.

    Raises:
        NotFound: `unknown_page`, `page_withdrawn`.
        Refused: `foreign_page`.
    """
    site = ctx.settings.site
    page = read_reference(ctx.secrets, site, reference)
    locale = known_locale(page.locale, ctx.settings.locale)
    set_locale(request, locale)
    return Asked(
        page=page,
        page_id=ctx.shown_page(page_id(site, page.key)),
        reference=reference,
        locale=locale,
        client=await client_of(ctx, request),
    )


async def open_rules(ctx: Context, page: Page) -> PageRules:
    """The page's rules at this moment.

    Raises:
        Refused: `comments_closed`.
    """
    rules = await ctx.policy(page, ctx.clock.now())
    if not rules.comments_open:
        raise Refused("comments_closed")
    return rules


async def send(ctx: Context, request: Request, asked: Asked, draft: Draft) -> Sent:
    """Store a comment.

    Raises:
        CaptchaRequired: `captcha_required`.
        Invalid: `wrong` or `expired` of the field `code`, `token` or `nonce`, `rejected_by_rule` of `name` or `body`;
            the challenge is spent.
        Conflict: `submission_key_used`.
        NotFound: `unknown_parent`.
        Refused: `comments_closed`, `https_required`, `writer_blocked`.
        TooMany: `too_fast`, `too_many_comments`, `too_many_wrong_codes`.
        Unavailable: `busy`.
    """
    if asked.client.voter() is not None:  # an address alone never refuses: a whole town writes from one
        ctx.throttle.check(THROTTLE, asked.client.throttle_key)
    client = _writer(ctx, request, asked.client, draft.submission_key)
    reader = client.voter()
    if reader is None:  # cannot be: `ensure_reader` gives a reader or raises
        raise Refused("https_required")
    verdict = Verdict.PASSED
    if client.user is None and not draft.no_code:
        passed = await _pass_captcha(ctx, request, asked, draft, reader)
        if isinstance(passed, Submitted):
            return Sent(result=passed, client=client)
        verdict = passed
    rules = await open_rules(ctx, asked.page)
    command = _Command(
        asked=asked,
        draft=draft,
        client=client,
        reader=reader,
        moderation=rules.moderation,
        settings=ctx.settings,
        verdict=verdict,
    )
    suspect = suspect_of(ctx, name=draft.name, body=draft.body, page=asked.page, reader=reader)
    result = await write_judged(ctx, submit_comment, command.submission, suspect=suspect, is_staff=command.is_staff)
    return Sent(result=result, client=client)


async def is_spared(ctx: Context, client: Client) -> bool:
    """Whether this client is asked no captcha: one read of an index, made only where no answer came."""
    reader = client.voter()
    return reader is not None and await ctx.spares(reader)


async def sent_twice(ctx: Context, request: Request, asked: Asked, draft: Draft) -> Sent | None:
    """What the first of two clicks stored, when the second came while it was on its way; None for a wrong code.

    The second finds its captcha spent and no comment yet, a moment later it finds both. Our script never sends twice;
    a browser without it shows the second answer, which must not say that the code was wrong.
    """
    await anyio.sleep(TWIN_SECONDS)
    client = _writer(ctx, request, asked.client, draft.submission_key)
    first = await _known(ctx, asked, replace(draft, parent=None), client.voter() or "")
    return None if first is None else Sent(result=first, client=client)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Command:
    """What the command is made from once the text is examined."""

    asked: Asked
    draft: Draft
    client: Client
    reader: str
    moderation: Moderation
    settings: Settings
    verdict: Verdict

    @property
    def is_staff(self) -> bool:
        return self.client.user is not None and self.client.user.is_staff

    def submission(self, examined: Examined) -> Submission:
        """The command, with what costs time found outside the transaction."""
        draft = self.draft
        return Submission(
            page=self.asked.page,
            page_id=self.asked.page_id,
            reader=self.reader,
            name=draft.name,
            email=draft.email,
            body=draft.body,
            body_hash=body_hash(draft.body),
            words=indexed(draft.name, draft.body),
            examined=examined,
            moderation=self.moderation,
            trust_after=self.settings.trust_after,
            brakes=self.settings.brake,
            letters=_proof(self.client) if self.settings.sends_letters else None,
            reply_depth=self.settings.reply_depth,
            parent=draft.parent,
            is_staff=self.is_staff,
            no_code=draft.no_code,
            hasty=self.verdict is Verdict.HASTY,
            no_work=self.verdict is Verdict.IDLE,
            trapped=draft.trapped,
            is_new=self.asked.client.voter() is None,
            submission_key=draft.submission_key,
            address_hash=self.client.address_hash,
        )


def _proof(client: Client) -> Proof:
    """Whose word there is for an address: the host has it from its own reader, whom nobody else can be."""
    return Proof.TYPED if client.user is None else Proof.HOST


def _writer(ctx: Context, request: Request, client: Client, submission_key: str | None) -> Client:
    """The client with a reader id.

    A new one is derived from the submission key, which only its browser knows: so a double click before the first
    cookie, or a resend after a lost answer, comes from the same reader.
    """
    known = ensure_reader(ctx, request, client)
    if known is client or submission_key is None:
        return known
    derived = bytes.fromhex(ctx.secrets.keyed_hash(_READER_PURPOSE, submission_key))
    return replace(known, reader=derived[:READER_BYTES])


async def _known(ctx: Context, asked: Asked, draft: Draft, reader: str) -> Submitted | None:
    if draft.submission_key is None and draft.parent is None:
        return None
    check = Check(page_id=asked.page_id, reader=reader, submission_key=draft.submission_key, parent=draft.parent)
    return await ctx.storage.read(check_submission, check)


async def _pass_captcha(ctx: Context, request: Request, asked: Asked, draft: Draft, reader: str) -> Submitted | Verdict:
    """Spend the captcha and say how it passed; or, where it cannot, give the first result of a sending that is known.

    What is known is looked up before the captcha only where that saves one from being spent for nothing: a resend
    brings the challenge it has spent, so it is told apart by the verdict. The look-up on every post would cost a
    third of the whole (0.5 of 1.5 ms measured), and `submit_comment` asks again in any case.
    """
    first = await _known(ctx, asked, draft, reader) if draft.parent or not draft.answer else None
    if first is not None:
        return first
    if draft.answer is None:
        if await is_spared(ctx, asked.client):
            return Verdict.PASSED
        raise CaptchaRequired("captcha_required")
    verdict = await judge(ctx, request, asked.client, draft.answer, purpose=PURPOSE, page_id=asked.page_id)
    if verdict not in {Verdict.WRONG, Verdict.EXPIRED}:
        return verdict
    first = await _known(ctx, asked, draft, reader)
    if first is None:
        raise Invalid([FieldError(asked_field(ctx), verdict.value)])
    return first
