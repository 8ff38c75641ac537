"""What is looked for in the journal: words, a kind of deed, days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.service import EntriesQuery
from engagement_widgets.kernel.text import Fields, TextField
from engagement_widgets.web.i18n import N_

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "comment": N_("Bình luận"),
        "case": N_("Khiếu nại"),
        "author": N_("Tác giả"),
        "block": N_("Chặn người viết"),
        "rule": N_("Quy tắc lọc"),
        "emergency": N_("Giữ khẩn cấp"),
        "page": N_("Bài viết"),
        "rating": N_("Đánh giá"),
        "link": N_("Liên kết"),
        "link_group": N_("Nhóm liên kết"),
        "account": N_("Thành viên"),
        "session": N_("Đăng nhập"),
        "journal": N_("Nhật ký"),
    }
)
"""What stands before the dot of an action."""

_FIRST: Final = date(1970, 1, 2)  # in every zone a moment of ids
_LAST: Final = date(9999, 12, 1)
_WORDS: Final = TextField("q", minimum=0, maximum=100, max_bytes=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSearch:
    """What is looked for; days are the site's, both of them included.

    Attributes:
        words: in the name of whoever did it, the reason, or what changed.
        kind: one of `KINDS`, or "".
        since: the first day.
        until: the last day.
    """

    words: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def fields(self) -> dict[str, str | None]:
        """As an address has it."""
        return {
            "q": self.words or None,
            "kind": self.kind or None,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
        }

    @property
    def is_asked(self) -> bool:
        """Whether anything is looked for at all."""
        return any(self.fields.values())

    def query(self, viewer: DeskUser, zone: ZoneInfo, size: int) -> EntriesQuery:
        """What the service is asked for, from the newest entry on."""
        return EntriesQuery(
            size=size,
            viewer=viewer,
            kind=self.kind or None,
            words=self.words,
            since=_midnight(self.since, zone),
            until=_midnight(self.until + timedelta(days=1) if self.until else None, zone),
        )


def parse_search(fields: Mapping[str, str]) -> JournalSearch:
    """The search in `q`, `kind`, `since` and `until`.

    Raises:
        Invalid: `unknown_deed`; `bad_day`; `until_before_since`; what `TextField` raises.
    """
    checked = Fields()
    words = checked.take("q", _WORDS.parse, fields.get("q", ""))
    kind = checked.take("kind", _kind, fields.get("kind", ""))
    since = checked.take("since", _day, fields.get("since", ""))
    until = checked.take("until", _day, fields.get("until", ""))
    checked.check()
    if since and until and until < since:
        raise Invalid([FieldError("until", "until_before_since")])
    return JournalSearch(words=words or "", kind=kind or "", since=since, until=until)


def _kind(raw: object) -> str:
    if raw and raw not in KINDS:
        raise Invalid([FieldError("kind", "unknown_deed")])
    return str(raw)


def _day(raw: object) -> date | None:
    try:
        day = date.fromisoformat(str(raw)) if raw else None
    except ValueError:
        raise Invalid([FieldError("", "bad_day")]) from None
    if day is not None and not _FIRST <= day <= _LAST:
        raise Invalid([FieldError("", "bad_day")])
    return day


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), zone)
