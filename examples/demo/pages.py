"""Articles that something was done to as a whole: withdrawn, closed, deleted, under a new key, two become one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from examples.demo.crowd import MODERATORS

from engagement_widgets import DeskUser, Page, Role
from engagement_widgets.desk.page_deeds import PageDeed, delete_page, rename_page, stop_comments, withdraw_page
from engagement_widgets.desk.page_merging import MergePages, merge_pages
from engagement_widgets.pages.reference import page_id
from engagement_widgets.ratings.service import CastRating, cast
from engagement_widgets.storage.units import Tx

EDITOR: Final = DeskUser(id="demo-ban-bien-tap", name="Ban biên tập", role=Role.EDITOR)
SECTION: Final = "Đời sống"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """When the demonstration was opened, and the article that a double was merged into."""

    opened: datetime
    merged_into: Page


def _page(slug: str, title: str) -> Page:
    return Page(key=f"/luu-tru/{slug}", url=f"/luu-tru/{slug}", title=title, section=SECTION)


WITHDRAWN: Final = _page("ben-xe-cu", "Bến xe cũ sẽ thành công viên")
CLOSED: Final = _page("hoi-lang-2024", "Hội làng năm ngoái: những gì còn lại")
RENAMED: Final = _page("cau-tre-ban-nhap", "Cây cầu tre cuối cùng của cồn")
DELETED: Final = _page("tin-thu", "Tin thử trước giờ lên trang")
DOUBLE: Final = _page("den-giay-ban-hai", "Đêm rằm thả đèn giấy (bản đăng hai lần)")


def stage_pages(tx: Tx, told: Staging) -> None:
    """Have readers rate them, then do to each what the desk shows."""
    for number, page in enumerate((WITHDRAWN, CLOSED, RENAMED, DELETED, DOUBLE)):
        tx.now = told.opened - timedelta(days=20 - number)
        for score in range(3, 6):
            voter = f"r:{page.key}-{score}"
            cast(tx, CastRating(page=page, voter=voter, score=score, day=tx.now.date(), quota=voter, is_new=False))
    tx.now = told.opened - timedelta(days=2)
    stop_comments(tx, _deed(tx, CLOSED, by=MODERATORS[0], why="Hội đã tan, bàn nhiều ngày rồi"))
    withdraw_page(tx, _deed(tx, WITHDRAWN, why="Nguồn tin đề nghị gỡ"))
    rename_page(tx, _deed(tx, RENAMED, why="Đăng lại ở địa chỉ mới", key="/luu-tru/cau-tre", url="/luu-tru/cau-tre"))
    delete_page(tx, _deed(tx, DELETED, why="Bài thử, không đăng"))
    ids = page_id(tx.site, DOUBLE.key), page_id(tx.site, told.merged_into.key)
    merge_pages(tx, MergePages(page_id=ids[0], into=ids[1], actor=EDITOR, why="Một bài đăng hai lần"))
    tx.events.clear()


def _deed(tx: Tx, page: Page, *, why: str, by: DeskUser = EDITOR, **changes: str) -> PageDeed:
    return PageDeed(
        page_id=page_id(tx.site, page.key), actor=by, why=why, changes=changes, undo_window=timedelta(minutes=10)
    )
