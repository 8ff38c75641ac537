"""The captcha in the host's own forms: issued into their markup, judged in their handlers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup
from starlette.requests import Request

from engagement_widgets.captcha.issuing import FORM_REFERENCE, form_id, host_purpose
from engagement_widgets.errors import EngagementError, Invalid, TooMany, Unavailable
from engagement_widgets.hooks import Challenge, Verdict
from engagement_widgets.web.challenges import asked_field, issue_challenge, judge, read_answer
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import field_messages
from engagement_widgets.web.identity import Client, client_of
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import known_locale
from engagement_widgets.web.responses import page_head

_FAILED = frozenset({Verdict.WRONG, Verdict.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class HostChallenge:
    """A challenge with its markup.

    Attributes:
        challenge: waits for its answer; None where none can be had now: the field says so, and shows the way without
            a code where the form offers it.
        field: for the inside of the host's `<form>`, after its other fields.
        head: for the page's `<head>`: two style sheets and one module, the same for every form.
    """

    challenge: Challenge | None
    field: Markup
    head: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAnswer:
    """What came back with a form.

    Attributes:
        verdict: what became of the answer; None where none was judged.
        sentence: what to tell the reader, in the form's language; "" where nothing is wrong.
        new_code: "Đổi mã khác" was pressed: show the form again, with everything typed.
        speak: "Nghe mã" was pressed: the same, with `issue(spoken=True)`.
        no_code: "Gửi không cần mã" was pressed; only a form that offers it may take it.
    """

    verdict: Verdict | None = None
    sentence: str = ""
    new_code: bool = False
    speak: bool = False
    no_code: bool = False

    @property
    def passed(self) -> bool:
        """The answer was right; a `verdict` of IDLE says that it came without the work that was asked beside it."""
        return self.verdict is not None and self.verdict not in _FAILED


class HostCaptcha:
    """The captcha for the host's own forms, as `engagement.captcha`.

    A challenge is bound to the host's purpose and can be spent on nothing else, on no comment in particular. Who asks
    is the host's signed-in user, else an address: the reader's cookie is not sent to the host's own pages.
    """

    def __init__(self, boot: Callable[[], Awaitable[Context]]) -> None:
        self._boot = boot

    async def issue(
        self,
        request: Request,
        *,
        purpose: str,
        locale: str | None = None,
        offers_no_code: bool = False,
        spoken: bool = False,
        error: str = "",
        prefix: str = "ew-",
    ) -> HostChallenge:
        """A new challenge and its markup, for a page that no cache may keep.

        Args:
            request: the host's, of the page that shows the form.
            purpose: names the form: 1–26 of `a–z 0–9 -`, beginning with a letter.
            locale: language of the field; None for the site's.
            offers_no_code: show "Gửi không cần mã", because the handler takes what comes that way.
            spoken: with a recording of digits, in the languages that the site speaks.
            error: the sentence of the answer before this one.
            prefix: of the ids, where two forms stand on one page.

        Raises:
            ValueError: no such purpose can be.
            TooMany: `too_fast`.
        """
        ctx = await self._boot()
        bound, language = host_purpose(purpose), known_locale(locale, ctx.settings.locale)
        client = await _client(ctx, request)
        site = ctx.settings.site
        try:
            challenge = await issue_challenge(
                ctx, client, purpose=bound, page_id=form_id(site, bound), locale=language, spoken=spoken
            )
        except Unavailable:
            challenge = None
        field = ctx.templates.render(
            "engagement/captcha/host_field.html",
            language,
            challenge=challenge,
            submission_key="",
            errors={asked_field(ctx): error} if error else {},
            prefix=prefix,
            offers_no_code=offers_no_code,
            reference=ctx.secrets.sign(FORM_REFERENCE, [site, bound, language, offers_no_code]),
        )
        return HostChallenge(challenge=challenge, field=field, head=page_head(ctx))

    async def verify(
        self, request: Request, form: Mapping[str, object], *, purpose: str, locale: str | None = None
    ) -> HostAnswer:
        """Judge what came back with a form; any answer spends its challenge. A provider that is down passes nothing.

        Raises:
            ValueError: no such purpose can be.
        """
        ctx = await self._boot()
        bound, language = host_purpose(purpose), known_locale(locale, ctx.settings.locale)
        if form.get("new_code") or form.get("speak"):
            return HostAnswer(new_code=bool(form.get("new_code")), speak=bool(form.get("speak")))
        asked = asked_field(ctx)
        required = sentence("required", {}, language, field=asked)
        if form.get("no_code"):
            return HostAnswer(no_code=True, sentence=required)
        try:
            answer = read_answer(ctx, form)
            if answer is None:
                return HostAnswer(sentence=required)
            verdict = await judge(
                ctx,
                request,
                await _client(ctx, request),
                answer,
                purpose=bound,
                page_id=form_id(ctx.settings.site, bound),
            )
        except (Invalid, TooMany, Unavailable) as error:
            return HostAnswer(sentence=_told(error, language))
        if verdict in _FAILED:
            return HostAnswer(verdict=verdict, sentence=sentence(verdict.value, {}, language, field=asked))
        return HostAnswer(verdict=verdict)


async def _client(ctx: Context, request: Request) -> Client:
    return replace(await client_of(ctx, request), reader=None)


def _told(error: EngagementError, locale: str) -> str:
    return next(iter(field_messages(error, locale).values()), "") or sentence(error.code, error.params, locale)
