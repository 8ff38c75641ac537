"""The journal as a page: newest first, in words."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Final
from uuid import UUID

from babel.dates import format_datetime
from babel.numbers import format_decimal
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute

from engagement_widgets.comments.service import Status
from engagement_widgets.desk.gate import ADMINS, EDITORS, EVERYBODY, MODERATORS, Seat, desk_route
from engagement_widgets.desk.journal_search import KINDS, JournalSearch, parse_search
from engagement_widgets.desk.page_words import MOMENTS as PAGE_MOMENTS
from engagement_widgets.desk.screen import ROLE_NAMES, desk_page, error_page
from engagement_widgets.desk.words import ACTIONS, FIELDS, STATUS_NAMES
from engagement_widgets.errors import Invalid, Malformed
from engagement_widgets.hooks import Role
from engagement_widgets.journal.service import SYSTEM, Entry, Record, read_entries, record
from engagement_widgets.kernel.paging import decode_cursor, encode_cursor
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.kernel.spreadsheet import BYTE_ORDER_MARK, Cell, csv_rows
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import field_messages
from engagement_widgets.web.forms import read_form
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.negotiation import desk_locale
from engagement_widgets.web.responses import file_headers
from engagement_widgets.web.templating import MOMENT_FORMATS

JOURNAL: Final = "/desk/journal"
PAGE_SIZE: Final = 50
EXPORT_BATCH: Final = 1_000
_LIST: Final = "journal"
# Where the subject of an entry is looked at, and by whom.
SUBJECTS: Final[Mapping[str, tuple[str, frozenset[Role]]]] = MappingProxyType(
    {
        "comment": ("/desk/comments/%s", MODERATORS),
        "rating": ("/desk/ratings/%s", EDITORS),
        "page": ("/desk/pages/%s", EVERYBODY),
    }
)
MOMENTS: Final = frozenset({"since", "until", *PAGE_MOMENTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field before and after; "" where there was or is none."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One journal entry in words. `subject` is the address of what it is about, below the mount, or None."""

    at: datetime
    who: str
    what: str
    changes: tuple[Change, ...]
    why: str
    subject: str | None


def routes(ctx: Context) -> list[BaseRoute]:
    """The journal's addresses."""
    return [
        desk_route(ctx, JOURNAL, show_journal, roles=MODERATORS, error_page=error_page),
        desk_route(
            ctx,
            f"{JOURNAL}/export",
            send_journal,
            roles=ADMINS,
            error_page=error_page,
            methods=["POST"],
            whole_site=True,
            dangerous=JOURNAL,
        ),
    ]


async def show_journal(ctx: Context, request: Request, seat: Seat) -> Response:
    """One page of the journal, or of what is looked for in it."""
    locale = desk_locale(request, ctx.settings)
    cursor = request.query_params.get("cursor")
    try:
        search, errors = parse_search(request.query_params), {}
    except Invalid as error:
        search, errors = JournalSearch(), field_messages(error, locale)
    found, following = await entries_page(ctx, seat, cursor, PAGE_SIZE, search)
    words = Words(locale, ctx.settings.zone, seat.user.role)
    return await desk_page(
        ctx,
        request,
        seat,
        title=translator(locale).gettext(N_("Nhật ký thao tác")),
        template="engagement/desk/journal.html",
        status=422 if errors else 200,
        lines=[words.line(entry) for entry in found],
        next=ctx.urls.path(JOURNAL, **search.fields, cursor=following) if following else None,
        first=ctx.urls.path(JOURNAL, **search.fields) if cursor else None,
        size=PAGE_SIZE,
        search=search,
        typed={**request.query_params} if errors else search.fields,
        errors=errors,
        kinds=KINDS,
        may_export=seat.user.role in ADMINS and seat.user.sections is None,
    )


async def send_journal(ctx: Context, request: Request, seat: Seat) -> Response:
    """What is looked for, as a file; the journal says that it was taken."""
    form = await read_form(request)
    search = parse_search(form.fields)
    await ctx.storage.write(record, _taken(seat, search))
    words = Words(desk_locale(request, ctx.settings), ctx.settings.zone, seat.user.role)
    first = await ctx.storage.read(read_entries, search.query(seat.user, ctx.settings.zone, EXPORT_BATCH))
    file = _written(ctx, seat, search, words, first)
    return StreamingResponse(file, media_type="text/csv; charset=utf-8", headers=file_headers("journal.csv"))


async def _written(
    ctx: Context, seat: Seat, search: JournalSearch, words: "Words", batch: tuple[Entry, ...]
) -> AsyncIterator[bytes]:
    """Read while it is sent: an export of any length holds neither memory nor a transaction."""
    zone = ctx.settings.zone
    yield (BYTE_ORDER_MARK + csv_rows([words.head], zone)).encode()
    while batch:
        yield csv_rows(map(words.row, batch), zone).encode()
        if len(batch) < EXPORT_BATCH:
            return
        query = replace(search.query(seat.user, zone, EXPORT_BATCH), before_id=batch[-1].id)
        batch = await ctx.storage.read(read_entries, query)


def _taken(seat: Seat, search: JournalSearch) -> Record:
    asked = {name: value for name, value in search.fields.items() if value is not None}
    return Record(
        actor=seat.user, action="journal.exported", subject_kind="journal", subject_id="journal", after=asked or None
    )


async def entries_page(
    ctx: Context, seat: Seat, cursor: str | None, size: int, search: JournalSearch
) -> tuple[tuple[Entry, ...], str | None]:
    """One page of the entries that this person may see, and the cursor of the next.

    Raises:
        Malformed: `bad_cursor`.
    """
    before = _before(ctx.secrets, cursor)
    query = replace(search.query(seat.user, ctx.settings.zone, size + 1), before_id=before)
    found = await ctx.storage.read(read_entries, query)
    if len(found) <= size:
        return found, None
    return found[:size], encode_cursor(ctx.secrets, (_LIST, str(found[size - 1].id)))


class Words:
    """Puts entries into one person's language; times are the site's, links lead to what this role may open."""

    def __init__(self, locale: str, zone: tzinfo, role: Role) -> None:
        self._locale = locale
        self._zone = zone
        self._subjects = {kind: path for kind, (path, roles) in SUBJECTS.items() if role in roles}
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
            subject=self._subjects[entry.subject_kind] % entry.subject_id
            if entry.subject_kind in self._subjects
            else None,
        )

    @property
    def head(self) -> tuple[str, ...]:
        """The head of a file of entries."""
        names = N_("Lúc"), N_("Ai"), N_("Mã người"), N_("Làm gì"), N_("Loại"), N_("Mã"), N_("Thay đổi"), N_("Lý do")
        return tuple(self._translate(name) for name in names)

    def row(self, entry: Entry) -> Sequence[Cell]:
        """An entry as a row of that file."""
        line = self.line(entry)
        changes = "; ".join(f"{change.field}: {change.before} → {change.after}" for change in line.changes)
        about = (entry.subject_kind, entry.subject_id)
        return (line.at, line.who, entry.actor, line.what, *about, changes, line.why)

    def _changes(self, before: Mapping[str, object], after: Mapping[str, object]) -> list[Change]:
        names = dict.fromkeys([*before, *after])
        return [
            Change(
                field=self._field(name),
                before=self._value(before.get(name), name),
                after=self._value(after.get(name), name),
            )
            for name in names
            if before.get(name) != after.get(name)
        ]

    def _field(self, name: str) -> str:
        return self._translate(FIELDS[name]) if name in FIELDS else name

    def _value(self, value: object, name: str) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return self._translate(N_("có")) if value else self._translate(N_("không"))
        if isinstance(value, float):
            return format_decimal(value, format="0.00", locale=self._locale)
        return self._moment(str(value)) if name in MOMENTS else self._named(value)

    def _moment(self, kept: str) -> str:
        local = datetime.fromisoformat(kept).astimezone(self._zone)
        return format_datetime(local, MOMENT_FORMATS[self._locale], locale=self._locale)

    def _named(self, value: object) -> str:
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
