"""The form as a page of its own: with its next step, or with what was wrong. What was typed is never lost."""

from dataclasses import replace
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from engagement_widgets.comments.fields import host_email, new_submission_key, parse_comment_id, parse_submission_key
from engagement_widgets.comments.form_views import CommentForm, comment_form
from engagement_widgets.comments.posting import PURPOSE, Asked, is_spared, open_rules
from engagement_widgets.errors import EngagementError, Invalid, Unavailable
from engagement_widgets.web.challenges import issue_challenge
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import TITLE, field_messages
from engagement_widgets.web.forms import Form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.identity import Client
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.problem import error_headers
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
    has_email = host_email(client.user) is not None
    return replace(form, signed_in=client.user.name, has_email=has_email, submission_key=new_submission_key())


async def next_step(ctx: Context, request: Request, asked: Asked, form: Form) -> Response:
    """The same form with a captcha.

    Raises:
        Refused: `comments_closed`.
        TooMany: `too_fast`.
    """
    await open_rules(ctx, asked.page)
    return await _page(ctx, request, asked, form)


async def again(ctx: Context, request: Request, asked: Asked, form: Form, error: EngagementError) -> Response:
    """The same form with what was wrong, and another captcha: the last one may be spent.

    Raises:
        TooMany: `too_fast`.
    """
    return await _page(ctx, request, asked, form, error)


async def _page(
    ctx: Context, request: Request, asked: Asked, form: Form, error: EngagementError | None = None
) -> Response:
    """The form; where no captcha can be had, with the way without a code, and as the error that it is."""
    shown = await _form(ctx, asked, form, error)
    try:
        shown = await _with_captcha(ctx, asked, form, shown)
    except Unavailable as away:
        shown = replace(shown, captcha_away=True)
        if error is None:
            error = away
            shown = replace(shown, problem=sentence(away.code, away.params, asked.locale))
    message = shown.problem or next(iter(shown.errors.values()), "")
    words = translator(asked.locale)
    return await page_response(
        ctx,
        request,
        title=words.gettext(TITLE) % {"sentence": message} if message else words.gettext(TITLE_STEP),
        template=TEMPLATE,
        locale=asked.locale,
        status=200 if error is None else error.status,
        headers=error_headers(error),
        has_captcha=shown.challenge is not None,
        form=shown,
        back=asked.back,
    )


async def _form(ctx: Context, asked: Asked, form: Form, error: EngagementError | None) -> CommentForm:
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
    key = new_submission_key() if code == "submission_key_used" else _key(form)
    return replace(for_client(filled, asked.client), submission_key=key)


async def _with_captcha(ctx: Context, asked: Asked, form: Form, shown: CommentForm) -> CommentForm:
    if asked.client.user is not None:
        return shown
    if await is_spared(ctx, asked.client):
        return replace(shown, spared=True)
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
    return replace(shown, challenge=challenge)


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
