"""The form as a page of its own: with its next step, or with what was wrong. What was typed is never lost."""

from dataclasses import replace
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from engagement_widgets.comments.fields import new_submission_key, parse_comment_id, parse_submission_key
from engagement_widgets.comments.posting import PURPOSE, Asked, is_spared, open_rules
from engagement_widgets.comments.views import CommentForm, comment_form
from engagement_widgets.errors import EngagementError, Invalid
from engagement_widgets.web.challenges import issue_challenge
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import TITLE, field_messages
from engagement_widgets.web.forms import Form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.identity import Client
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.problem import retry_after
from engagement_widgets.web.responses import page_response

TEMPLATE = "engagement/comments/second_step.html"
TITLE_STEP = N_("Thêm một bước: mã xác thực")
TYPED = ("name", "email", "body")


def typed(form: Form) -> list[str]:
    """What a person had written, for a page that cannot show the form again."""
    return [text for name in TYPED if (text := form.text(name))]


def for_client(form: CommentForm, client: Client) -> CommentForm:
    """The form for one reader: a signed-in one has a name, and a key, as no captcha brings one."""
    if client.user is None:
        return form
    return replace(form, signed_in=client.user.name, submission_key=new_submission_key())


async def next_step(ctx: Context, request: Request, asked: Asked, form: Form) -> Response:
    """The same form with a captcha.

    Raises:
        Refused: `comments_closed`.
    """
    await open_rules(ctx, asked.page)
    return await page_response(
        ctx,
        request,
        title=translator(asked.locale).gettext(TITLE_STEP),
        template=TEMPLATE,
        locale=asked.locale,
        form=await _form(ctx, asked, form),
        back=asked.back,
    )


async def again(ctx: Context, request: Request, asked: Asked, form: Form, error: EngagementError) -> Response:
    """The same form with what was wrong, and another captcha: the last one may be spent."""
    shown = await _form(ctx, asked, form, error)
    message = shown.problem or next(iter(shown.errors.values()))
    wait = retry_after(error)
    return await page_response(
        ctx,
        request,
        title=translator(asked.locale).gettext(TITLE) % {"sentence": message},
        template=TEMPLATE,
        locale=asked.locale,
        status=error.status,
        headers={} if wait is None else {"Retry-After": str(wait)},
        form=shown,
        back=asked.back,
    )


async def _form(ctx: Context, asked: Asked, form: Form, error: EngagementError | None = None) -> CommentForm:
    code = error.code if error else ""
    rules = await ctx.policy(asked.page, ctx.clock.now())
    parent = None if code == "unknown_parent" else _parent(form)
    filled = replace(
        comment_form(asked.reference, moderation=rules.moderation, parent=parent),
        name=form.text("name"),
        email=form.text("email"),
        body=form.text("body"),
        errors=field_messages(error, asked.locale) if error else {},
        problem=sentence(code, error.params, asked.locale) if error and not isinstance(error, Invalid) else None,
    )
    filled = for_client(filled, asked.client)
    if asked.client.user is None and await is_spared(ctx, asked.client):
        filled = replace(filled, spared=True)
    elif asked.client.user is None:
        # "Đổi mã khác" and "Nghe mã" give the shown one up; else the way back in the browser still leads to it.
        given_up = form.get("challenge") if form.get("new_code") or form.get("speak") else None
        challenge = await issue_challenge(
            ctx,
            asked.client,
            purpose=PURPOSE,
            page_id=asked.page_id,
            locale=asked.locale,
            replaces=given_up,
            spoken=bool(form.get("speak")),
        )
        filled = replace(filled, challenge=challenge)
    return replace(filled, submission_key=new_submission_key() if code == "submission_key_used" else _key(form))


def _parent(form: Form) -> UUID | None:
    try:
        return parse_comment_id(form.get("parent"))
    except Invalid:
        return None


def _key(form: Form) -> str:
    """The key stays with the text; one that cannot be used is replaced."""
    try:
        return parse_submission_key(form.get("submission_key")) or new_submission_key()
    except Invalid:
        return new_submission_key()
