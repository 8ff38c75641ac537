"""The desk's screens of ratings, put together: the list, and one page with figures, sets, notes and history."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Final
from uuid import UUID

from babel.dates import format_datetime
from babel.numbers import format_decimal
from starlette.requests import Request
from starlette.responses import Response

from engagement_widgets.errors import Conflict, EngagementError, Invalid, Malformed, NotFound
from engagement_widgets.hooks import Role
from engagement_widgets.journal.reach import require_section
from engagement_widgets.journal.service import Entry
from engagement_widgets.kernel.paging import decode_cursor, encode_cursor
from engagement_widgets.ratings.desk_chart import PERIODS, bounds_of, draw, slots_of
from engagement_widgets.ratings.desk_forms import parse_set, set_fields, typed_moment
from engagement_widgets.ratings.desk_reading import Key, PageFacts, PageQuery, RatedQuery, list_rated, page_facts
from engagement_widgets.ratings.desk_views import Change, Line, RatingScreen, RatingsScreen, ScoreRow, SetForm
from engagement_widgets.ratings.desk_words import ACTIONS, DONE, FIELDS
from engagement_widgets.ratings.fields import SEARCH
from engagement_widgets.ratings.sets import Preview, PreviewQuery, VoteSet, preview, set_of
from engagement_widgets.ratings.views import SCORES
from engagement_widgets.web.context import Context
from engagement_widgets.web.desk_screens import DeskScreen
from engagement_widgets.web.errors import TITLE as ERROR_TITLE
from engagement_widgets.web.errors import field_messages
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import desk_locale
from engagement_widgets.web.templating import MOMENT_FORMATS

PATH: Final = "/desk/ratings"
EDITORS: Final = frozenset({Role.EDITOR, Role.ADMIN})
TITLE: Final = N_("Đánh giá")
PAGE_SIZE: Final = 50
_LIST: Final = "rated"


async def list_page(ctx: Context, screen: DeskScreen, request: Request, query: Mapping[str, str]) -> Response:
    """The rated pages, or those with the words of `q`.

    Raises:
        Malformed: `bad_cursor`.
        Invalid: on `q`.
    """
    viewer = await screen.user(request, EDITORS)
    words = SEARCH.parse(query.get("q", ""))
    cursor = query.get("cursor")
    asked = RatedQuery(
        size=PAGE_SIZE, after=_after(ctx, cursor) if cursor else None, words=words, sections=viewer.sections
    )
    found = await ctx.storage.read(list_rated, asked)
    following = encode_cursor(ctx.secrets, _cursor(found.next)) if found.next else None
    shown = RatingsScreen(
        flagged=found.flagged,
        pages=found.found,
        words=words,
        next=ctx.urls.path(PATH, q=words or None, cursor=following) if following else None,
        first=ctx.urls.path(PATH, q=words or None) if cursor else None,
        searched=found.searched,
    )
    title = translator(desk_locale(request, ctx.settings)).gettext(TITLE)
    return await screen(
        request, need=EDITORS, title=title, template="engagement/ratings/desk.html", screen=shown, size=PAGE_SIZE
    )


class PageScreen:
    """One page's rating, for one request: as it is, or with what could not be done."""

    def __init__(self, ctx: Context, screen: DeskScreen, request: Request, query: Mapping[str, str]) -> None:
        self._ctx = ctx
        self._screen = screen
        self._request = request
        self._query = query
        self._locale = desk_locale(request, ctx.settings)
        self._translate = translator(self._locale).gettext
        self._page_id: UUID = request.path_params["page_id"]

    async def show(self, error: EngagementError | None = None, *, why: str = "") -> Response:
        """The page; after a refusal with its reason, and what was chosen and typed still there.

        Raises:
            NotFound: `unknown_page`.
            Malformed: `bad_query`.
            Refused: `section_required`.
        """
        period = self._query.get("period", PERIODS[1])
        if period not in PERIODS:
            raise Malformed("bad_query")
        zone = self._ctx.settings.zone
        bounds = bounds_of(period, self._ctx.clock.now(), zone)
        facts = await self._ctx.storage.read(page_facts, PageQuery(page_id=self._page_id, bounds=bounds))
        if facts is None:
            raise NotFound("unknown_page")
        require_section(await self._screen.user(self._request, EDITORS), facts.rated.page.section)
        form = self._form(facts)
        shown = await self._preview(form) if form.chosen is not None and self._is_asked(facts) else None
        slots = slots_of(period, bounds, facts.slots, self._locale)
        lines = self._lines(facts)
        problem = None if error is None else self.problem(error)
        title = facts.rated.page.title or facts.rated.page.key
        return await self._screen(
            self._request,
            need=EDITORS,
            title=title if problem is None else self._translate(ERROR_TITLE) % {"sentence": problem},
            template="engagement/ratings/desk_page.html",
            status=200 if error is None else error.status,
            screen=RatingScreen(
                rated=facts.rated,
                rows=_rows(facts),
                left_out=facts.left_out.count,
                period=period,
                slots=slots,
                chart=draw(slots),
                notes=facts.notes,
                lines=lines,
                form=form,
                shown=shown,
                flagged=await self._flagged(facts),
                notice=lines[0] if "done" in self._query and lines else None,
                problem=problem,
                why=why,
            ),
            exact=set_fields(form.chosen) if form.chosen else {},
        )

    def problem(self, error: EngagementError) -> str:
        """The sentence of what could not be done; for whoever came second, who was first, when and with what."""
        if isinstance(error, Conflict) and error.params.get("deed"):
            params = error.params
            said = self._translate(
                N_("%(name)s đã xử lý bài viết này lúc %(time)s (%(deed)s). Chưa có gì thay đổi thêm.")
            )
            at = datetime.fromisoformat(str(params["decided_at"]))
            return said % {"name": params["decided_by"], "time": self._moment(at), "deed": self._deed(params["deed"])}
        wrong = field_messages(error, self._locale)
        return next(iter(wrong.values()), sentence(error.code, error.params, self._locale))

    def _form(self, facts: PageFacts) -> SetForm:
        """The filter as asked for, else the flagged set, else every vote."""
        zone, query = self._ctx.settings.zone, self._query
        if "set" not in query:
            flag = facts.rated.state.watch.flag
            chosen = set_of(flag) if flag else VoteSet()
            since, until = typed_moment(chosen.since, zone), typed_moment(chosen.until, zone)
            return SetForm(taking_in=False, chosen=chosen, since=since, until=until)
        typed = SetForm(
            taking_in=query["set"] == "take_in", chosen=None, since=query.get("since", ""), until=query.get("until", "")
        )
        try:
            chosen = parse_set(query, zone)
        except Invalid as error:
            return replace(typed, errors=field_messages(error, self._locale))
        # what is decided is what was shown: votes that come meanwhile are not in it
        return replace(typed, chosen=replace(chosen, until=chosen.until or self._ctx.clock.now()))

    def _is_asked(self, facts: PageFacts) -> bool:
        return "set" in self._query or facts.rated.state.watch.flag is not None

    async def _preview(self, form: SetForm) -> Preview | None:
        if form.chosen is None:
            return None
        query = PreviewQuery(page_id=self._page_id, chosen=form.chosen, taking_in=form.taking_in)
        return await self._ctx.storage.read(preview, query)

    async def _flagged(self, facts: PageFacts) -> int:
        flag = facts.rated.state.watch.flag
        if flag is None:
            return 0
        query = PreviewQuery(page_id=self._page_id, chosen=set_of(flag), taking_in=False)
        return (await self._ctx.storage.read(preview, query)).moved.count

    def _lines(self, facts: PageFacts) -> tuple[Line, ...]:
        undo = facts.undo.id if facts.undo else None
        lines = tuple(map(self._line, facts.entries))
        return (replace(lines[0], undo_id=undo), *lines[1:]) if lines else ()

    def _line(self, entry: Entry) -> Line:
        before, after = entry.before or {}, entry.after or {}
        changes = (
            Change(
                field=self._translate(FIELDS[name]),
                before=self._value(before.get(name)),
                after=self._value(after.get(name)),
            )
            for name in FIELDS
            if before.get(name) != after.get(name)
        )
        return Line(
            at=entry.at,
            who=entry.actor_name,
            what=self._deed(entry.action),
            done=self._translate(DONE.get(entry.action, ACTIONS.get(entry.action, entry.action))),
            changes=tuple(changes),
            why=entry.why or "",
            undo_id=None,
        )

    def _value(self, value: object) -> str:
        if value is None or isinstance(value, bool):
            return self._translate(N_("có")) if value else ""
        if isinstance(value, float):
            return format_decimal(value, format="0.00", locale=self._locale)
        if isinstance(value, int):
            return format_decimal(value, locale=self._locale)
        text = str(value)
        return self._moment(datetime.fromisoformat(text)) if "T" in text else text

    def _deed(self, action: object) -> str:
        return self._translate(ACTIONS.get(str(action), str(action)))

    def _moment(self, moment: datetime) -> str:
        local = moment.astimezone(self._ctx.settings.zone)
        return format_datetime(local, MOMENT_FORMATS[self._locale], locale=self._locale)


def _rows(facts: PageFacts) -> tuple[ScoreRow, ...]:
    counted = facts.rated.state.totals
    whole = max(counted.count, 1)
    return tuple(
        ScoreRow(
            score=score,
            counted=counted.counts[score - 1],
            left_out=facts.left_out.counts[score - 1],
            share=Fraction(counted.counts[score - 1], whole),
        )
        for score in reversed(SCORES)
    )


def _after(ctx: Context, cursor: str) -> Key:
    name, at, identity = decode_cursor(ctx.secrets, cursor, length=3)
    if name != _LIST:
        raise Malformed("bad_cursor")
    return datetime.fromisoformat(at), UUID(identity)


def _cursor(key: Key) -> tuple[str, ...]:
    return _LIST, key[0].isoformat(), str(key[1])
