"""Voting by form: post, then read the receipt. A refused vote comes back with the choice kept and the reason."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.errors import EngagementError, Invalid, NotFound
from engagement_widgets.ratings.fields import NOTE, parse_score
from engagement_widgets.ratings.service import Outcome
from engagement_widgets.ratings.views import NoteForm, RatingReceipt, my_rating, rating_form
from engagement_widgets.ratings.voting import Asked, asked_page, is_open, note, standing, take_back, vote
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import TITLE, field_messages
from engagement_widgets.web.forms import parse_pairs, read_form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.identity import set_reader_cookie
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import wants_json
from engagement_widgets.web.problem import error_headers
from engagement_widgets.web.responses import json_response, page_response, see_other
from engagement_widgets.web.routing import route

ANCHOR = "#ew-rating"
RECEIPT = "/ratings/receipt"
TITLES = {
    "cast": N_("Đã ghi nhận đánh giá"),
    "changed": N_("Đã đổi đánh giá"),
    "withdrawn": N_("Đã bỏ đánh giá"),
    "noted": N_("Đã gửi góp ý cho tòa soạn"),
    "note_removed": N_("Đã xóa góp ý"),
}
TITLE_OTHERWISE = N_("Đánh giá bài viết")
# A request that changed nothing is told like the one it repeats.
DONE = {Outcome.UNCHANGED: "cast", Outcome.ABSENT: "withdrawn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What could not be done, and what had been chosen or typed.

    Attributes:
        problem: the sentence.
        error: what was raised.
        chosen: the score as it was sent.
        words: the note as it was sent.
    """

    problem: str | None = None
    error: EngagementError | None = None
    chosen: str | None = None
    words: str | None = None

    @property
    def score(self) -> int | None:
        """The choice, where it was one."""
        try:
            return parse_score(self.chosen)
        except Invalid:
            return None

    def of(self, field: str) -> str | None:
        """The sentence, if it is about this field."""
        wrong = isinstance(self.error, Invalid) and any(item.field == field for item in self.error.errors)
        return self.problem if wrong else None

    def note(self, reference: str) -> NoteForm | None:
        """The form of the note with what had been typed, if that was sent."""
        if self.words is None:
            return None
        return NoteForm(reference=reference, text=self.words, error=self.of("note"))


NOTHING_REFUSED = Refusal()


def routes(ctx: Context) -> list[BaseRoute]:
    """The routes of this slice."""
    return [
        route(ctx, "/ratings", cast_rating, methods=["POST"]),
        route(ctx, "/ratings/withdraw", withdraw_rating, methods=["POST"]),
        route(ctx, "/ratings/note", write_note, methods=["POST"]),
        route(ctx, RECEIPT, show_receipt),
    ]


async def cast_rating(ctx: Context, request: Request) -> Response:
    """Cast a vote or change it."""
    form = await read_form(request)
    asked = asked_page(ctx, request, form.text("page"))
    try:
        voted = await vote(ctx, request, asked.page, parse_score(form.get("score")))
    except EngagementError as error:
        return await _refused(ctx, request, asked, error, chosen=form.get("score"))
    response = _done(ctx, request, asked, _told(voted.result.outcome))
    set_reader_cookie(ctx, request, response, voted.client)
    return response


async def withdraw_rating(ctx: Context, request: Request) -> Response:
    """Take a vote back."""
    form = await read_form(request)
    asked = asked_page(ctx, request, form.text("page"))
    try:
        result = await take_back(ctx, request, asked)
    except EngagementError as error:
        return await _refused(ctx, request, asked, error)
    return _done(ctx, request, asked, _told(result.outcome if result else Outcome.ABSENT))


async def write_note(ctx: Context, request: Request) -> Response:
    """Send private words to the editors, change them, or remove them by sending none.

    Raises:
        NotFound: `unknown_address`, where the site does not ask for them.
    """
    if not ctx.settings.rating_note:
        raise NotFound("unknown_address")
    form = await read_form(request)
    asked = asked_page(ctx, request, form.text("page"))
    try:
        text = NOTE.parse(form.get("note"))
        await note(ctx, request, asked, text)
    except EngagementError as error:
        return await _refused(ctx, request, asked, error, words=form.get("note"))
    return _done(ctx, request, asked, "noted" if text else "note_removed")


async def show_receipt(ctx: Context, request: Request) -> Response:
    """What this reader's vote is now, and what can be done about it."""
    query = parse_pairs(request.scope["query_string"])
    asked = asked_page(ctx, request, query.get("page", ""))
    done = query.get("done", "")
    receipt = await _receipt(ctx, request, asked, done=done if done in TITLES else None)
    return await page_response(
        ctx,
        request,
        title=translator(asked.locale).gettext(TITLES.get(done, TITLE_OTHERWISE)),
        template="engagement/ratings/receipt.html",
        locale=asked.locale,
        receipt=receipt,
    )


def _told(outcome: Outcome) -> str:
    return DONE.get(outcome, outcome.value)


def _done(ctx: Context, request: Request, asked: Asked, done: str) -> Response:
    if wants_json(request):
        fragment = ctx.urls.path(f"/fragments/{asked.page_id}/rating.json")
        return json_response({"done": done, "fragment": fragment})
    return see_other(ctx.urls.path(RECEIPT, page=asked.reference, done=done))


async def _refused(
    ctx: Context,
    request: Request,
    asked: Asked,
    error: EngagementError,
    *,
    chosen: str | None = None,
    words: str | None = None,
) -> Response:
    """The receipt's page with the error on it and the choice kept; for programs, the error as it is."""
    if wants_json(request):
        raise error
    messages = field_messages(error, asked.locale)
    problem = next(iter(messages.values()), sentence(error.code, error.params, asked.locale))
    receipt = await _receipt(ctx, request, asked, Refusal(problem=problem, error=error, chosen=chosen, words=words))
    return await page_response(
        ctx,
        request,
        title=translator(asked.locale).gettext(TITLE) % {"sentence": problem},
        template="engagement/ratings/receipt.html",
        locale=asked.locale,
        status=error.status,
        headers=error_headers(error),
        receipt=receipt,
    )


async def _receipt(
    ctx: Context, request: Request, asked: Asked, refusal: Refusal = NOTHING_REFUSED, *, done: str | None = None
) -> RatingReceipt:
    now = await standing(ctx, request, asked)
    opened = await is_open(ctx, asked.page) and not now.summary.frozen
    stored = now.vote.score if now.vote else None
    return RatingReceipt(
        title=asked.page.title,
        back=asked.page.url.partition("#")[0] + ANCHOR,
        summary=now.summary,
        done=done,
        mine=my_rating(
            ctx.settings,
            now.summary,
            vote=now.vote,
            reference=asked.reference,
            is_open=opened,
        ),
        form=rating_form(
            ctx.settings,
            reference=asked.reference,
            chosen=refusal.score or stored,
            error=refusal.of("score"),
        )
        if opened
        else None,
        problem=refusal.problem,
        note=refusal.note(asked.reference),
    )
