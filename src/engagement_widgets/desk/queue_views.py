"""What stands beside and above the queue's list: views, sections, reasons and orders, each a link with its figure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from engagement_widgets.comments.service import Figures, FiguresQuery, HeldReason, QueueFilter, QueueSort, Status
from engagement_widgets.desk.narrowing import Narrowing
from engagement_widgets.desk.place import VIEWS, Place, sorts_of, view_of
from engagement_widgets.desk.words import STATUS_NAMES, span
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.urls import Urls

ALL_NAME: Final = N_("Tất cả")
REPORTED_NAME: Final = N_("Bị báo cáo")

REASON_NAMES: Final[Mapping[HeldReason, str]] = MappingProxyType(
    {
        HeldReason.EMERGENCY: N_("Tạm giữ toàn bộ"),
        HeldReason.BRAKE: N_("Phanh tự động"),
        HeldReason.BLOCKED: N_("Người bị chặn"),
        HeldReason.PREMODERATION: N_("Duyệt trước"),
        HeldReason.UNTRUSTED: N_("Chưa đủ tin cậy"),
        HeldReason.FIRST_COMMENT: N_("Bình luận đầu tiên"),
        HeldReason.HAS_LINKS: N_("Có liên kết"),
        HeldReason.WORDS: N_("Khớp quy tắc"),
        HeldReason.PERSONAL_DATA: N_("Thông tin cá nhân"),
        HeldReason.IMPOSTOR: N_("Giống tên tòa soạn"),
        HeldReason.DUPLICATE: N_("Trùng nội dung"),
        HeldReason.SIMILAR: N_("Gần giống"),
        HeldReason.NO_CODE: N_("Không cần mã"),
        HeldReason.HASTY: N_("Nhập mã quá nhanh"),
        HeldReason.NO_WORK: N_("Chưa qua kiểm tra trình duyệt"),
        HeldReason.TRAP: N_("Dính bẫy máy"),
        HeldReason.CROWD: N_("Nhiều người mới cùng mạng"),
        HeldReason.READER_FLOOD: N_("Gửi dồn dập"),
        HeldReason.PAGE_FLOOD: N_("Bài bị dồn bình luận"),
        HeldReason.CHECKER: N_("Dịch vụ kiểm tra"),
        HeldReason.CHECKER_UNAVAILABLE: N_("Chưa kiểm tra được"),
        HeldReason.EDITED: N_("Tác giả sửa lại"),
        HeldReason.CASE: N_("Có khiếu nại"),
    }
)
"""Short names; what is reported is a view of its own."""

SORT_NAMES: Final[Mapping[QueueSort, str]] = MappingProxyType(
    {
        QueueSort.OLDEST: N_("Cũ nhất trước"),
        QueueSort.NEWEST: N_("Mới nhất trước"),
        QueueSort.PRIORITY: N_("Gấp nhất trước"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewLink:
    """One view, section, reason or order. `count` is None where nothing is counted."""

    name: str
    href: str
    count: int | None
    current: bool
    hot: bool = False


class QueueViews:
    """Makes the links of one place, in one language."""

    def __init__(self, place: Place, figures: Figures, *, urls: Urls, locale: str) -> None:
        self._place = place
        self._figures = figures
        self._urls = urls
        self._translate = translator(locale).gettext
        self._locale = locale

    @property
    def name(self) -> str:
        """The view's."""
        return self._translate(REPORTED_NAME) if self._place.reported else self._name(self._place.status)

    @property
    def count(self) -> int:
        """How many stand in the view, within the section or page looked at."""
        return self._figures.reported if self._place.reported else self._count(self._place.status)

    def views(self) -> list[ViewLink]:
        """The views, with the words searched for and the section kept."""
        pending, *others = (
            self._view(self._name(status), self._moved(view_of(status)), self._count(status)) for status in VIEWS
        )
        reported = self._moved(Place(status=None, reported=True, sort=QueueSort.NEWEST))
        said = self._view(self._translate(REPORTED_NAME), reported, self._figures.reported)
        return [pending, replace(said, hot=bool(self._figures.reported)), *others]

    def sections(self) -> list[ViewLink]:
        """The sections of the view, the fullest first; none where there is one alone and it is not asked for."""
        counts = self._figures.sections
        here = self._place.narrowing.section
        if here is not None and here not in counts:
            counts = {**counts, here: 0}
        if not counts or (len(counts) == 1 and here is None):
            return []
        every = self._link(
            self._translate(N_("Mọi chuyên mục")), self._place.narrow(section=None), sum(counts.values())
        )
        fullest = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        nameless = self._translate(N_("Không có chuyên mục"))
        return [
            every,
            *(self._link(name or nameless, self._place.narrow(section=name), count) for name, count in fullest),
        ]

    def reasons(self) -> list[ViewLink]:
        """Why what waits was held, the most frequent first; only where it waits."""
        counts = dict(self._figures.reasons)
        here = self._place.narrowing.reason
        if self._place.status is not Status.PENDING or not (counts or here):
            return []
        if here is not None and here in REASON_NAMES:
            counts.setdefault(here, 0)
        every = self._link(self._translate(N_("Mọi lý do")), self._place.narrow(reason=None), self.count)
        frequent = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        return [
            every,
            *(
                self._link(self._translate(REASON_NAMES[reason]), self._place.narrow(reason=reason), count)
                for reason, count in frequent
            ),
        ]

    def sorts(self) -> list[ViewLink]:
        """The orders of the view."""
        return [
            self._link(self._translate(SORT_NAMES[sort]), self._place.sorted(sort), None)
            for sort in sorts_of(self._place)
        ]

    def lane_age(self, now: datetime) -> str:
        """How long the oldest in the lane without a code has waited, "" where nobody waits there."""
        lane = self._figures.lane
        if lane is None or self._place.status is not Status.PENDING:
            return ""
        said = self._translate(N_("Gửi không cần mã: cũ nhất chờ %(span)s"))
        return said % {"span": span(max(now - lane.oldest, timedelta()), self._locale)}

    def _moved(self, view: Place) -> Place:
        kept = Narrowing(section=self._place.narrowing.section, page=self._place.narrowing.page)
        return replace(view, words=self._place.words, narrowing=kept)

    def _link(self, name: str, to: Place, count: int | None) -> ViewLink:
        is_here = to == replace(self._place, cursor=None)
        return ViewLink(name=name, href=to.address(self._urls), count=count, current=is_here)

    def _view(self, name: str, to: Place, count: int) -> ViewLink:
        is_here = to.view == self._place.view
        return ViewLink(name=name, href=to.address(self._urls), count=count, current=is_here)

    def _count(self, status: Status | None) -> int:
        return self._figures.views[status] if status else sum(self._figures.views.values())

    def _name(self, status: Status | None) -> str:
        return self._translate(STATUS_NAMES[status] if status else ALL_NAME)


def figures_of(place: Place, *, least: int, sections: frozenset[str] | None) -> FiguresQuery:
    """The figures that a place shows to somebody who has to do with these sections."""
    within = QueueFilter(sections=sections, section=place.narrowing.section, page_id=place.narrowing.page)
    return FiguresQuery(status=place.status, reported=place.reported, least=least, narrowed=within)
