"""The desk's screens of pages, put together: the list, one page with its operations, and the preview of a merge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from engagement_widgets.desk.cards import Mark, Tone
from engagement_widgets.desk.gate import EDITORS, MODERATORS, Seat
from engagement_widgets.desk.journal_routes import Words
from engagement_widgets.desk.page_previews import MergePreview
from engagement_widgets.desk.page_words import DONE
from engagement_widgets.desk.pages_reading import Key, PageFacts, PagesQuery, State, list_pages
from engagement_widgets.desk.screen import desk_page
from engagement_widgets.desk.words import ACTIONS
from engagement_widgets.errors import Conflict, EngagementError, Malformed
from engagement_widgets.journal.service import SYSTEM, Entry
from engagement_widgets.kernel.paging import decode_cursor, encode_cursor
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.kernel.text import TextField
from engagement_widgets.pages.reference import checked_section
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import field_messages
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import desk_locale

PAGES: Final = "/desk/pages"
PAGE_SIZE: Final = 50
TITLE: Final = N_("Bài viết")
_LIST: Final = "pages"
STATES: Final[Mapping[State, Mark]] = MappingProxyType(
    {
        State.OPEN: Mark(icon="check", text=N_("Đang mở"), tone=Tone.OK),
        State.CLOSED: Mark(icon="lock", text=N_("Đã ngừng nhận bình luận"), tone=Tone.WARN),
        State.WITHDRAWN: Mark(icon="ban", text=N_("Đã gỡ xuống"), tone=Tone.BAD),
        State.DELETED: Mark(icon="trash", text=N_("Chờ xóa hẳn"), tone=Tone.BAD),
    }
)
_WORDS: Final = TextField("q", minimum=0, maximum=300, max_bytes=2048)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A form that came back: which deed it asks for, everything typed, and a sentence for every wrong field."""

    deed: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    """What was just done to a page, or why nothing was; with the way back while it is open."""

    text: str
    undo_id: UUID | None = None
    expires_at: datetime | None = None
    minutes: int = 0
    warns: bool = False


NOTHING_TYPED: Final = Typed()


async def list_screen(ctx: Context, request: Request, seat: Seat) -> Response:
    """The pages of the person's sections, filtered as the address says.

    Raises:
        Malformed: `bad_cursor`.
        Invalid: on `q`, `section`.
    """
    asked = request.query_params
    words, section = _WORDS.parse(asked.get("q", "")), checked_section(asked.get("section", ""))
    state = next((one for one in State if one == asked.get("state")), None)
    cursor = asked.get("cursor")
    query = PagesQuery(
        size=PAGE_SIZE,
        after=_after(ctx.secrets, cursor) if cursor else None,
        words=words,
        section=section or None,
        state=state,
        sections=seat.user.sections,
    )
    found = await ctx.storage.read(list_pages, query)
    filters = {"q": words or None, "section": section or None, "state": state}
    return await desk_page(
        ctx,
        request,
        seat,
        title=translator(desk_locale(request, ctx.settings)).gettext(TITLE),
        template="engagement/desk/pages.html",
        pages=found.found,
        states=STATES,
        sections=found.sections,
        words=words,
        section=section,
        state=state,
        filtered=any(filters.values()),
        searched=found.searched,
        next=ctx.urls.path(PAGES, **filters, cursor=_cursor(ctx.secrets, found.next)) if found.next else None,
        first=ctx.urls.path(PAGES, **filters) if cursor else None,
        size=PAGE_SIZE,
    )


class PageScreen:
    """One page at the desk, for one request: as it is, or with what could not be done."""

    def __init__(self, ctx: Context, request: Request, seat: Seat) -> None:
        self._ctx = ctx
        self._request = request
        self._seat = seat
        self._locale = desk_locale(request, ctx.settings)
        self._translate = translator(self._locale).gettext

    async def show(self, facts: PageFacts, *, done: bool = False) -> Response:
        """The page; `done`: with what this person has just done to it, and the way back."""
        return await self._page(facts, toast=self._done(facts) if done else None)

    async def refuse(self, facts: PageFacts, error: EngagementError, typed: Typed) -> Response:
        """The page again, with everything typed and why nothing was done."""
        back = Typed(deed=typed.deed, values=typed.values, errors=field_messages(error, self._locale))
        toast = None if back.errors else Toast(text=self._why(facts, error), warns=True)
        return await self._page(facts, toast=toast, typed=back, status=error.status)

    async def preview(self, merge: MergePreview, *, error: EngagementError | None = None, why: str = "") -> Response:
        """What a merge would move, before it is made."""
        return await desk_page(
            self._ctx,
            self._request,
            self._seat,
            title=self._translate(N_("Gộp “%(name)s”")) % {"name": merge.page.page.name},
            template="engagement/desk/page_merge.html",
            status=200 if error is None else error.status,
            merge=merge,
            states=STATES,
            errors={} if error is None else field_messages(error, self._locale),
            problem="" if error is None else self._why(merge.page, error),
            why=why,
        )

    async def _page(
        self, facts: PageFacts, *, toast: Toast | None, typed: Typed = NOTHING_TYPED, status: int = 200
    ) -> Response:
        words = Words(self._locale, self._ctx.settings.zone, self._seat.user.role)
        role, days = self._seat.user.role, self._ctx.settings.purge_after_days
        deleted = facts.page.deleted_at
        return await desk_page(
            self._ctx,
            self._request,
            self._seat,
            title=facts.page.name,
            template="engagement/desk/page.html",
            status=status,
            facts=facts,
            states=STATES,
            typed=typed,
            summary=sentence("invalid_fields", {}, self._locale),
            toast=toast,
            lines=[words.line(entry) for entry in facts.entries],
            undo_id=facts.undo.id if facts.undo and self._may_undo(facts.entries[0]) else None,
            may_edit=role in EDITORS,
            may_close=role in MODERATORS,
            days=days,
            purged_at=deleted + timedelta(days=days) if deleted and days else None,
        )

    def _may_undo(self, entry: Entry) -> bool:
        is_closing = entry.action in {"page.closed", "page.reopened"}
        return bool(self._ctx.settings.undo_window) and self._seat.user.role in (MODERATORS if is_closing else EDITORS)

    def _done(self, facts: PageFacts) -> Toast | None:
        """What stands last in the journal, where it is this person's."""
        latest = facts.entries[0] if facts.entries else None
        if latest is None or latest.actor != self._seat.user.id or latest.action not in DONE:
            return None
        text = self._translate(DONE[latest.action])
        if facts.undo is None or not self._may_undo(latest):
            return Toast(text=text)
        left = ceil((facts.undo.expires_at - self._ctx.clock.now()) / timedelta(minutes=1))
        return Toast(text=text, undo_id=facts.undo.id, expires_at=facts.undo.expires_at, minutes=max(1, left))

    def _why(self, facts: PageFacts, error: EngagementError) -> str:
        if isinstance(error, Conflict) and error.code == "stale_page" and facts.entries:
            return self._news(facts.entries[0])
        return sentence(error.code, error.params, self._locale)

    def _news(self, entry: Entry) -> str:
        """Who was first, when, and what they did."""
        said = self._translate(N_("%(name)s đã xử lý bài viết này lúc %(time)s (%(deed)s). Chưa có gì thay đổi thêm."))
        zone = self._ctx.settings.zone
        at = entry.at.astimezone(zone)
        same_day = at.date() == self._ctx.clock.now().astimezone(zone).date()
        return said % {
            "name": self._translate(N_("Hệ thống")) if entry.actor == SYSTEM.id else entry.actor_name,
            "time": format(at, "%H:%M" if same_day else "%H:%M %d/%m/%Y"),
            "deed": self._translate(ACTIONS[entry.action]),
        }


def address(ctx: Context, page_id: UUID, path: str = "", **more: Any) -> str:  # noqa: ANN401  (as `Urls.path`)
    """The address of a page's screen, or of something done from there."""
    return ctx.urls.path(f"{PAGES}/{page_id}{path}", **more)


def _after(secrets: Secrets, cursor: str) -> Key:
    name, at, identity = decode_cursor(secrets, cursor, length=3)
    if name != _LIST:
        raise Malformed("bad_cursor")
    return datetime.fromisoformat(at), UUID(identity)


def _cursor(secrets: Secrets, key: Key) -> str:
    return encode_cursor(secrets, (_LIST, key[0].isoformat(), str(key[1])))
