"""The queue as a page: views with their counts, the cards, what was just done, what came since last time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import ceil
from typing import Any
from uuid import UUID

from babel.numbers import format_decimal
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response

from engagement_widgets.comments.rules.ruleset import TOPIC, load_rules
from engagement_widgets.comments.search.words import marked
from engagement_widgets.comments.service import Sort, Status, count_reported, queue_counts, queue_item
from engagement_widgets.desk.cards import Cards, Row
from engagement_widgets.desk.case_banner import case_banner
from engagement_widgets.desk.gate import Seat
from engagement_widgets.desk.place import VIEWS, Place, place_of, view_of
from engagement_widgets.desk.reasons import REASONS
from engagement_widgets.desk.recent import Arrivals, QueueRead, open_undo, read_queue
from engagement_widgets.desk.screen import desk_page
from engagement_widgets.desk.words import AUTHORS_DEEDS, DEEDS, MASKED, OUTCOMES, STATUS_NAMES, rough_span
from engagement_widgets.errors import Conflict
from engagement_widgets.web.context import Context
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import desk_locale, is_partial

ALL_NAME = N_("Tất cả")
REPORTED_NAME = N_("Bị báo cáo")
_FIGURE = Markup('<b class="ew-num">{}</b>')


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewLink:
    """One view in the list at the side."""

    name: str
    href: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    """What was just done, and for how long it can be undone."""

    text: str
    undo_id: UUID | None = None
    expires_at: datetime | None = None
    minutes: int = 0
    warns: bool = False


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

    async def whole(self, *, lead: Row | None = None, toast: Toast | None = None, status: int = 200) -> Response:
        """The whole queue, with the row that was just dealt with in front."""
        read = QueueRead(
            query=self.place.query(self._ctx.secrets, self._ctx.settings.reports_to_hold), since=self._last_sign_in()
        )
        facts = await self._ctx.storage.read(read_queue, read)
        rows = [self.cards.card(item) for item in facts.page.items if lead is None or item.id != lead.item.id]
        following = facts.page.next
        return await self._page(
            "engagement/desk/queue.html",
            facts.counts,
            status=status,
            rows=[lead, *rows] if lead else rows,
            next=self.place.after(self._ctx.secrets, following).address(self._ctx.urls) if following else None,
            first=self.place.sorted(self.place.sort).address(self._ctx.urls) if self.place.cursor else None,
            whole_view=self.place.searching("").address(self._ctx.urls),
            everywhere=view_of(None).searching(self.place.words).address(self._ctx.urls),
            sorts=[
                (sort.value, self.place.sorted(sort).address(self._ctx.urls)) for sort in (Sort.OLDEST, Sort.NEWEST)
            ],
            size=read.query.size,
            welcome=self._arrived(facts.arrivals) if facts.arrivals else "",
            case_banner=await case_banner(self._ctx, self._seat.user, self._locale),
            toast=toast,
        )

    async def one(self, row: Row | None, *, toast: Toast | None = None, status: int = 200) -> Response:
        """One row alone, or only what is to be said: for our script, and as the page of one comment."""
        counts = await self._ctx.storage.read(queue_counts, None)
        return await self._page("engagement/desk/comment.html", counts, status=status, row=row, toast=toast)

    async def answer(self, row: Row | None, *, toast: Toast | None = None, status: int = 200) -> Response:
        """What a post answers: the one row to our script, else the whole queue with it."""
        if is_partial(self._request):
            return await self.one(row, toast=toast, status=status)
        return await self.whole(lead=row, toast=toast, status=status)

    async def lately(self) -> tuple[Row | None, Toast | None]:
        """What the address says was just done (`done`: an undo's id; `undone`: a comment's id)."""
        if undo_id := _uuid(self._request.query_params.get("done", "")):
            found = await self._ctx.storage.read(open_undo, undo_id)
            if found is not None:
                done = self.cards.done(found.item, found.undo_id)
                row = self.cards.card(found.item) if found.masked else done
                return row, self.toast(done, found.expires_at, masked=found.masked)
        if comment_id := _uuid(self._request.query_params.get("undone", "")):
            row = self.cards.card(await self._ctx.storage.read(queue_item, comment_id))
            return row, self.undone(row)
        return None, None

    def decided(self, row: Row) -> Toast:
        """What to say of a decision made in this request."""
        return self.toast(row, self._now + timedelta(seconds=self._ctx.settings.undo_window))

    def toast(self, row: Row, expires_at: datetime, *, masked: bool = False) -> Toast:
        """What to say of a decision, or a mask, that can be undone until `expires_at`."""
        outcome = MASKED if masked else OUTCOMES[row.item.status]
        text = self._translator.gettext(outcome) % {"author": row.item.author}
        if row.undo_id is None:
            return Toast(text=text)
        minutes = max(1, ceil((expires_at - self._now) / timedelta(minutes=1)))
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

    async def _page(self, template: str, counts: Mapping[Status, int], *, status: int, **context: Any) -> Response:  # noqa: ANN401  (a template takes anything)
        reported = await self._ctx.storage.read(count_reported, self._ctx.settings.reports_to_hold)
        count = counts[self.place.status] if self.place.status else sum(counts.values())
        name = self._name(self.place.status)
        if self.place.reported:
            name, count = self._translator.gettext(REPORTED_NAME), reported
        pending, *others = (self._view(view, counts) for view in VIEWS)
        return await desk_page(
            self._ctx,
            self._request,
            self._seat,
            title=self._title(name, count),
            template=template,
            status=status,
            view_name=name,
            place=self.place,
            address=partial(self.place.address, self._ctx.urls),
            mark=partial(marked, phrases=self.place.phrases),
            views=[pending, self._reported(reported), *others],
            reasons=REASONS,
            **context,
        )

    def _title(self, name: str, count: int) -> str:
        if self.place.words:
            said = self._translator.gettext(N_("Tìm “%(words)s” trong mục %(view)s"))
            return said % {"words": self.place.words, "view": name}
        return f"{name} ({format_decimal(count, locale=self._locale)})"

    def _view(self, status: Status | None, counts: Mapping[Status, int]) -> ViewLink:
        return ViewLink(
            name=self._name(status),
            href=view_of(status).searching(self.place.words).address(self._ctx.urls),
            count=counts[status] if status else sum(counts.values()),
            current=status == self.place.status and not self.place.reported,
        )

    def _reported(self, count: int) -> ViewLink:
        return ViewLink(
            name=self._translator.gettext(REPORTED_NAME),
            href=Place(status=None, reported=True, sort=Sort.NEWEST, words=self.place.words).address(self._ctx.urls),
            count=count,
            current=self.place.reported,
        )

    def _name(self, status: Status | None) -> str:
        return self._translator.gettext(STATUS_NAMES[status] if status else ALL_NAME)

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


def _uuid(raw: str) -> UUID | None:
    try:
        return UUID(raw)
    except ValueError:
        return None
