"""What an author changes afterwards, from a request to the unit: the same for the form and the API."""

from datetime import timedelta
from uuid import UUID

from starlette.requests import Request

from engagement_widgets.comments.authoring import Edit, Withdraw, edit_comment, withdraw_comment
from engagement_widgets.comments.examining import suspect_of, write_judged
from engagement_widgets.comments.fields import BODY, parse_version
from engagement_widgets.comments.posting import THROTTLE, open_rules
from engagement_widgets.comments.receipt_codes import LookUp, find_proven, look_up, parse_receipt_code, wrong_code
from engagement_widgets.comments.receipt_cookie import author_of
from engagement_widgets.comments.receipts import Receipt, ReceiptQuery, load_receipt
from engagement_widgets.comments.rules.case import Examined
from engagement_widgets.comments.sending import body_hash
from engagement_widgets.errors import TooMany
from engagement_widgets.kernel.text import Fields
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import Client, client_of, require_cookies
from engagement_widgets.web.negotiation import known_locale, set_locale


def edit_window(ctx: Context) -> timedelta:
    """For how long a comment can be changed."""
    return timedelta(seconds=ctx.settings.edit_window)


async def find_receipt(ctx: Context, request: Request, comment_id: UUID) -> Receipt:
    """The receipt, for its author; from here on errors speak the page's language.

    Raises:
        NotFound: `unknown_receipt`.
    """
    author = author_of(ctx, request, await client_of(ctx, request), comment_id)
    query = ReceiptQuery(comment_id=comment_id, author=author, window=edit_window(ctx))
    receipt = await ctx.storage.read(load_receipt, query)
    set_locale(request, known_locale(receipt.page.page.locale, ctx.settings.locale))
    return receipt


async def change_text(ctx: Context, request: Request, receipt: Receipt, *, body: object, version: object) -> None:
    """Put another text in the place of a comment's.

    Raises:
        Invalid: naming every wrong field; `rejected_by_rule`.
        Conflict: `comment_changed`.
        Refused: `comment_decided`, `comment_disputed`, `comment_answered`, `edit_window_over`, `comments_closed`,
            `writer_blocked`.
        TooMany: `too_fast`, `too_many_comments`.
    """
    client = await client_of(ctx, request)
    ctx.throttle.check(THROTTLE, client.throttle_key)
    fields = Fields()
    text = fields.take("body", BODY.parse, body) or ""
    seen = fields.take("version", parse_version, version) or 0
    fields.check()
    rules = await open_rules(ctx, receipt.page.page)
    own = receipt.own.comment
    author = author_of(ctx, request, client, own.id)

    def command(examined: Examined) -> Edit:
        return Edit(
            comment_id=own.id,
            author=author,
            version=seen,
            body=text,
            body_hash=body_hash(text),
            page=receipt.page.page,
            examined=examined,
            moderation=rules.moderation,
            trust_after=ctx.settings.trust_after,
            window=edit_window(ctx),
            waits=ctx.settings.edits_wait,
        )

    suspect = suspect_of(ctx, name=own.name, body=text, page=receipt.page.page, reader=" ".join(author.readers))
    await write_judged(ctx, edit_comment, command, suspect=suspect, is_staff=own.is_staff)


async def take_back(ctx: Context, request: Request, receipt: Receipt) -> None:
    """Take a comment back.

    Raises:
        Refused: `comment_decided`, `comment_disputed`, `withdrawal_window_over`.
        TooMany: `too_fast`.
    """
    client: Client = await client_of(ctx, request)
    ctx.throttle.check(THROTTLE, client.throttle_key)
    comment_id = receipt.own.comment.id
    author = author_of(ctx, request, client, comment_id)
    await ctx.storage.write(withdraw_comment, Withdraw(comment_id=comment_id, author=author, window=edit_window(ctx)))


async def open_by_code(ctx: Context, request: Request, raw: object) -> UUID:
    """The comment whose receipt this code opens.

    Raises:
        Invalid: `wrong_receipt_code`, `required`.
        Refused: `https_required`.
        TooMany: `too_many_receipt_codes`.
    """
    require_cookies(ctx, request)
    typed = parse_receipt_code(raw)
    client = await client_of(ctx, request)
    looked = await ctx.storage.write(look_up, LookUp(slot=typed.slot, address_hash=client.address_hash))
    if looked.wait is not None:
        raise TooMany("too_many_receipt_codes", retry_after=looked.wait)
    found = find_proven(ctx.secrets, looked.ids, typed.proof)
    if found is None:
        raise wrong_code()
    return found
