"""The queue as a page: views with their counts, the cards, what was just done, what came since last time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from babel.numbers import format_decimal
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from engagement_widgets.comments.rules.ruleset import TOPIC, load_rules
from engagement_widgets.comments.search.words import marked
from engagement_widgets.comments.service import (
    Figures,
    NewsQuery,
    QueueItem,
    QueueSort,
    Status,
    count_news,
    figures,
    queue_item,
)
from engagement_widgets.desk.cards import Cards, Row
from engagement_widgets.desk.case_banner import case_banner
from engagement_widgets.desk.gate import Seat
from engagement_widgets.desk.moments import parse_moment
from engagement_widgets.desk.piles import pile_toast
from engagement_widgets.desk.place import PAGE_SIZE, QUEUE, Asking, place_of, view_of
from engagement_widgets.desk.queue_views import QueueViews, figures_of
from engagement_widgets.desk.reasons import REASONS
from engagement_widgets.desk.recent import Arrivals, QueueFacts, QueueRead, open_undo, read_queue
from engagement_widgets.desk.screen import desk_page
from engagement_widgets.desk.toasts import Toast, minutes_left
from engagement_widgets.desk.words import AUTHORS_DEEDS, DEEDS, MASKED, OUTCOMES, rough_span
from engagement_widgets.errors import Conflict, Malformed
from engagement_widgets.web.context import Context
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import desk_locale, is_partial
from engagement_widgets.web.responses import SAFE_HEADERS

NEWS: Final = f"{QUEUE}/news"
_FIGURE = Markup('<b class="ew-num">{}</b>')


async def open_screen(ctx: Context, request: Request, seat: Seat) -> "QueueScreen":
    """The screen of one request; the site's own numbers and addresses are no personal data there."""
    rules = await ctx.storage.recall(load_rules, TOPIC)
    return QueueScreen(ctx, request, seat, allowed=rules.allowed)


class QueueScreen:
    """Everything the queue's templates are given, for one request."""

    def __init__(self, ctx: Context, request: Request, seat: Seat, *, allowed: frozenset[str]) -> None:
        self._ctx = ctx
        self._request = request
        self._seat = seat
        self._locale = desk_locale(request, ctx.settings)
        self._translator = translator(self._locale)
        self._now = ctx.clock.now()
        self.place = place_of(request)
        self.cards = Cards(locale=self._locale, now=self._now, allowed=allowed)
        self._asking = Asking(
            zone=ctx.settings.zone,
            sections=seat.user.sections,
            reported_from=ctx.settings.reports_to_hold,
            arranged=True,
            size=_rows(request),
        )
        self._figures = figures_of(self.place, least=ctx.settings.reports_to_hold, sections=seat.user.sections)

    async def whole(self, *, lead: Row | None = None, toast: Toast | None = None, status: int = 200) -> Response:
        """The whole queue, with the row that was just dealt with in front."""
        read = QueueRead(
            query=self.place.query(self._ctx.secrets, self._asking), figures=self._figures, since=self._last_sign_in()
        )
        facts = await self._ctx.storage.read(read_queue, read)
        rows = [self._row(item, facts) for item in facts.page.items if lead is None or item.id != lead.item.id]
        following = facts.page.next
        urls, place = self._ctx.urls, self.place
        return await self._page(
            "engagement/desk/queue.html",
            facts.figures,
            status=status,
            rows=[lead, *rows] if lead else rows,
            next=place.after(self._ctx.secrets, following, self._asking).address(urls) if following else None,
            first=place.sorted(place.sort).address(urls) if place.cursor else None,
            whole_view=place.searching("").address(urls),
            widened=place.widen().address(urls),
            ungrouped=place.narrow(group=None).address(urls),
            everywhere=view_of(None).searching(place.words).address(urls),
            pages={item.page_id: item.page_title or item.page_url for item in facts.page.items},
            size=read.query.size,
            news=self._news_address(),
            welcome=self._arrived(facts.arrivals) if facts.arrivals else "",
            case_banner=await case_banner(self._ctx, self._seat.user, self._locale),
            toast=toast,
        )

    async def count_news(self) -> Response:
        """How many have come since the page was made; nothing is sent again to who knows the number already."""
        seen = parse_moment(self._request.query_params.get("seen", ""), "seen")
        narrowed = self.place.narrowing.narrowed(self._asking.zone, self._asking.sections)
        count = await self._ctx.storage.read(count_news, NewsQuery(seen=seen, narrowed=narrowed))
        tag = f'"{count}"'
        if self._request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={**SAFE_HEADERS, "ETag": tag})
        latest = replace(self.place.sorted(QueueSort.NEWEST), words="").address(self._ctx.urls)
        told = self._translator.ngettext("Xem %(count)s bình luận mới", "Xem %(count)s bình luận mới", count)
        text = told % {"count": format_decimal(count, locale=self._locale)}
        return JSONResponse({"count": count, "text": text, "href": latest}, headers={**SAFE_HEADERS, "ETag": tag})

    async def one(self, row: Row | None, *, toast: Toast | None = None, status: int = 200) -> Response:
        """One row alone, or only what is to be said: for our script, and as the page of one comment."""
        found = await self._ctx.storage.read(figures, self._figures)
        return await self._page("engagement/desk/comment.html", found, status=status, row=row, toast=toast)

    async def answer(self, row: Row | None, *, toast: Toast | None = None, status: int = 200) -> Response:
        """What a post answers: the one row to our script, else the whole queue with it."""
        if is_partial(self._request):
            return await self.one(row, toast=toast, status=status)
        return await self.whole(lead=row, toast=toast, status=status)

    async def item(self, comment_id: UUID) -> QueueItem:
        """One comment, for somebody who looks after its section.

        Raises:
            NotFound: `unknown_comment`.
            Refused: `section_required`.
        """
        item = await self._ctx.storage.read(queue_item, comment_id)
        self._seat.require_section(item.section)
        return item

    async def lately(self) -> tuple[Row | None, Toast | None]:
        """What the address says was just done (`done`: an undo's id; `undone`: a comment; else `pile_toast`)."""
        if undo_id := _uuid(self._request.query_params.get("done", "")):
            found = await self._ctx.storage.read(open_undo, undo_id)
            if found is not None and self._seat.user.covers(found.item.section):
                done = self.cards.done(found.item, found.undo_id)
                row = self.cards.card(found.item) if found.masked else done
                return row, self.toast(done, found.expires_at, masked=found.masked)
        if comment_id := _uuid(self._request.query_params.get("undone", "")):
            row = self.cards.card(await self.item(comment_id))
            return row, self.undone(row)
        return None, await pile_toast(self._ctx, self._request, self._locale)

    def decided(self, row: Row) -> Toast:
        """What to say of a decision made in this request."""
        return self.toast(row, self._now + timedelta(seconds=self._ctx.settings.undo_window))

    def toast(self, row: Row, expires_at: datetime, *, masked: bool = False) -> Toast:
        """What to say of a decision, or a mask, that can be undone until `expires_at`."""
        outcome = MASKED if masked else OUTCOMES[row.item.status]
        text = self._translator.gettext(outcome) % {"author": row.item.author}
        if row.undo_id is None:
            return Toast(text=text)
        minutes = minutes_left(expires_at, self._now)
        return Toast(text=text, undo_id=row.undo_id, expires_at=expires_at, minutes=minutes)

    def undone(self, row: Row) -> Toast:
        """What to say after an undo."""
        said = self._translator.gettext(N_("Đã hoàn tác. Bình luận của %(author)s trở lại mục %(view)s."))
        return Toast(text=said % {"author": row.item.author, "view": row.state.text})

    def too_late(self, conflict: Conflict) -> Toast:
        """Why a decision or its undo did nothing."""
        if conflict.code == "stale_version":
            return Toast(text=self.news(conflict.params), warns=True)
        return Toast(text=sentence(conflict.code, conflict.params, self._locale), warns=True)

    def news(self, params: Mapping[str, object]) -> str:
        """Who was first, when, and what they did; from the figures of the conflict."""
        said = self._translator.gettext(
            N_("%(name)s đã xử lý bình luận này lúc %(time)s (%(deed)s). Chưa có gì thay đổi thêm.")
        )
        if deed := AUTHORS_DEEDS.get(str(params.get("by_author"))):
            return self._translator.gettext(deed)
        who, at = str(params["decided_by"]), str(params["decided_at"])
        if not who or not at:
            return self._translator.gettext(
                N_("Bình luận này đã được xử lý lại trong lúc đó. Chưa có gì thay đổi thêm.")
            )
        time = datetime.fromisoformat(at).astimezone(self._ctx.settings.zone)
        same_day = time.date() == self._now.astimezone(self._ctx.settings.zone).date()
        deed = self._translator.gettext(DEEDS[Status(str(params["status"]))])
        return said % {"name": who, "time": format(time, "%H:%M" if same_day else "%H:%M %d/%m/%Y"), "deed": deed}

    async def _page(self, template: str, found: Figures, *, status: int, **context: Any) -> Response:  # noqa: ANN401  (a template takes anything)
        views = QueueViews(self.place, found, urls=self._ctx.urls, locale=self._locale)
        return await desk_page(
            self._ctx,
            self._request,
            self._seat,
            title=self._title(views.name, views.count),
            template=template,
            status=status,
            view_name=views.name,
            place=self.place,
            address=partial(self.place.address, self._ctx.urls),
            mark=partial(marked, phrases=self.place.phrases),
            views=views.views(),
            sections=views.sections(),
            pills=views.reasons(),
            sorts=views.sorts(),
            lane_age=views.lane_age(self._now),
            reasons=REASONS,
            one_by_one=lambda group: self.place.narrow(group=group).address(self._ctx.urls),
            **context,
        )

    def _title(self, name: str, count: int) -> str:
        if self.place.words:
            said = self._translator.gettext(N_("Tìm “%(words)s” trong mục %(view)s"))
            return said % {"words": self.place.words, "view": name}
        return f"{name} ({format_decimal(count, locale=self._locale)})"

    def _row(self, item: QueueItem, facts: QueueFacts) -> Row:
        group = facts.groups.get(item.group_id) if item.group_id else None
        return self.cards.card(item) if group is None else self.cards.pile(item, group, self._now)

    def _news_address(self) -> str | None:
        """Where the script asks what has come: only of what waits, and from the first page."""
        if self.place.status is not Status.PENDING or self.place.searches or self.place.cursor:
            return None
        return self.place.address(self._ctx.urls, NEWS, seen=self._now.isoformat())

    def _last_sign_in(self) -> datetime | None:
        """The sign-in before this one, in the one view where what came since can be acted upon."""
        if self._seat.signed_in is None or self.place.status is not Status.PENDING:
            return None
        return self._seat.signed_in.account.previous_login_at

    def _arrived(self, came: Arrivals) -> Markup:
        if came.oldest is None:
            return escape(self._translator.gettext(N_("Từ lần đăng nhập trước: chưa có bình luận mới")))
        said = self._translator.ngettext(
            "Từ lần đăng nhập trước: %(count)s bình luận mới, cũ nhất chờ %(span)s",
            "Từ lần đăng nhập trước: %(count)s bình luận mới, cũ nhất chờ %(span)s",
            came.count,
        )
        figures = {
            "count": _FIGURE.format(format_decimal(came.count, locale=self._locale)),
            "span": _FIGURE.format(rough_span(self._now - came.oldest, self._locale)),
        }
        return escape(said) % figures


def _rows(request: Request) -> int:
    """How many rows are asked for: our script fills up a list where cards have gone.

    Raises:
        Malformed: `bad_query`.
    """
    raw = request.query_params.get("rows", str(PAGE_SIZE))
    if not raw.isascii() or not raw.isdecimal() or not 1 <= int(raw[:9]) <= PAGE_SIZE:
        raise Malformed("bad_query")
    return int(raw)


def _uuid(raw: str) -> UUID | None:
    try:
        return UUID(raw)
    except ValueError:
        return None
