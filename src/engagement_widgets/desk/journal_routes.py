"""The journal as a page: newest first, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.comments.service import Status
from engagement_widgets.desk.gate import MODERATORS, Seat, desk_route
from engagement_widgets.desk.screen import ROLE_NAMES, desk_page, error_page
from engagement_widgets.desk.words import ACTIONS, FIELDS, STATUS_NAMES
from engagement_widgets.errors import Malformed
from engagement_widgets.hooks import Role
from engagement_widgets.journal.service import SYSTEM, EntriesQuery, Entry, read_entries
from engagement_widgets.kernel.paging import decode_cursor, encode_cursor
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.web.context import Context
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.negotiation import desk_locale

JOURNAL: Final = "/desk/journal"
PAGE_SIZE: Final = 50
_LIST: Final = "journal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field before and after; "" where there was or is none."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One journal entry in words. `comment` links to the comment it is about, None for other subjects."""

    at: datetime
    who: str
    what: str
    changes: tuple[Change, ...]
    why: str
    comment: str | None


def routes(ctx: Context) -> list[BaseRoute]:
    """The journal's address."""
    return [desk_route(ctx, JOURNAL, show_journal, roles=MODERATORS, error_page=error_page)]


async def show_journal(ctx: Context, request: Request, seat: Seat) -> Response:
    """One page of the journal."""
    locale = desk_locale(request, ctx.settings)
    cursor = request.query_params.get("cursor")
    found, following = await entries_page(ctx, cursor, PAGE_SIZE)
    words = Words(locale)
    return await desk_page(
        ctx,
        request,
        seat,
        title=translator(locale).gettext(N_("Nhật ký thao tác")),
        template="engagement/desk/journal.html",
        lines=[words.line(entry) for entry in found],
        next=ctx.urls.path(JOURNAL, cursor=following) if following else None,
        first=ctx.urls.path(JOURNAL) if cursor else None,
        size=PAGE_SIZE,
    )


async def entries_page(ctx: Context, cursor: str | None, size: int) -> tuple[tuple[Entry, ...], str | None]:
    """One page of entries and the cursor of the next.

    Raises:
        Malformed: `bad_cursor`.
    """
    query = EntriesQuery(size=size + 1, before_id=_before(ctx.secrets, cursor))
    found = await ctx.storage.read(read_entries, query)
    if len(found) <= size:
        return found, None
    return found[:size], encode_cursor(ctx.secrets, (_LIST, str(found[size - 1].id)))


class Words:
    """Puts entries into one person's language."""

    def __init__(self, locale: str) -> None:
        self._translate = translator(locale).gettext

    def line(self, entry: Entry) -> Line:
        """The entry in words; a code nobody has words for yet is shown as it is."""
        action = ACTIONS.get(entry.action)
        return Line(
            at=entry.at,
            who=self._translate(N_("Hệ thống")) if entry.actor == SYSTEM.id else entry.actor_name,
            what=self._translate(action) if action else entry.action,
            changes=tuple(self._changes(entry.before or {}, entry.after or {})),
            why=entry.why or "",
            comment=entry.subject_id if entry.subject_kind == "comment" else None,
        )

    def _changes(self, before: Mapping[str, object], after: Mapping[str, object]) -> list[Change]:
        names = dict.fromkeys([*before, *after])
        return [
            Change(field=self._field(name), before=self._value(before.get(name)), after=self._value(after.get(name)))
            for name in names
            if before.get(name) != after.get(name)
        ]

    def _field(self, name: str) -> str:
        return self._translate(FIELDS[name]) if name in FIELDS else name

    def _value(self, value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return self._translate(N_("có")) if value else self._translate(N_("không"))
        if value in tuple(Status):
            return self._translate(STATUS_NAMES[Status(str(value))])
        if value in tuple(Role):
            return self._translate(ROLE_NAMES[Role(str(value))])
        return str(value)


def _before(secrets: Secrets, cursor: str | None) -> UUID | None:
    if not cursor:
        return None
    name, identity = decode_cursor(secrets, cursor, length=2)
    if name != _LIST:
        raise Malformed("bad_cursor")
    return UUID(identity)
