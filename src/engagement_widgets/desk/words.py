"""The desk's own words for states, deeds and spans of time. Readers' words are not here."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from engagement_widgets.comments.service import Status
from engagement_widgets.desk.filter_words import ACTIONS as FILTER_ACTIONS
from engagement_widgets.desk.filter_words import FIELDS as FILTER_FIELDS
from engagement_widgets.desk.page_words import ACTIONS as PAGE_ACTIONS
from engagement_widgets.desk.page_words import FIELDS as PAGE_FIELDS
from engagement_widgets.ratings.desk_words import ACTIONS as RATING_ACTIONS
from engagement_widgets.ratings.desk_words import FIELDS as RATING_FIELDS
from engagement_widgets.web.i18n import N_, translator

STATUS_NAMES: Final[Mapping[Status, str]] = MappingProxyType(
    {
        Status.PENDING: N_("Chờ duyệt"),
        Status.APPROVED: N_("Đã duyệt"),
        Status.REJECTED: N_("Đã từ chối"),
        Status.SPAM: N_("Spam"),
        Status.DELETED: N_("Thùng rác"),
    }
)

# What somebody did to arrive at a state, as in "Trần Minh đã xử lý bình luận này lúc 09:21 (Duyệt)".
DEEDS: Final[Mapping[Status, str]] = MappingProxyType(
    {
        Status.PENDING: N_("Đưa về chờ duyệt"),
        Status.APPROVED: N_("Duyệt"),
        Status.REJECTED: N_("Từ chối"),
        Status.SPAM: N_("Đánh dấu spam"),
        Status.DELETED: N_("Chuyển vào thùng rác"),
    }
)

# What the author did while a moderator had the card open.
AUTHORS_DEEDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "edited": N_("Tác giả vừa sửa bình luận này. Chưa có gì thay đổi thêm."),
        "withdrawn": N_("Tác giả vừa thu hồi bình luận này. Chưa có gì thay đổi thêm."),
    }
)

OUTCOMES: Final[Mapping[Status, str]] = MappingProxyType(
    {
        Status.PENDING: N_("Đã đưa bình luận của %(author)s về chờ duyệt."),
        Status.APPROVED: N_("Đã duyệt bình luận của %(author)s."),
        Status.REJECTED: N_("Đã từ chối bình luận của %(author)s."),
        Status.SPAM: N_("Đã đánh dấu bình luận của %(author)s là spam."),
        Status.DELETED: N_("Đã chuyển bình luận của %(author)s vào thùng rác."),
    }
)

MASKED: Final = N_("Đã che thông tin cá nhân trong bình luận của %(author)s.")

ACTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "comment.pending": N_("Đưa bình luận về chờ duyệt"),
        "comment.approved": N_("Duyệt bình luận"),
        "comment.rejected": N_("Từ chối bình luận"),
        "comment.spam": N_("Đánh dấu bình luận là spam"),
        "comment.deleted": N_("Chuyển bình luận vào thùng rác"),
        "comment.undone": N_("Hoàn tác quyết định"),
        "comment.masked": N_("Che thông tin cá nhân"),
        "comment.unmasked": N_("Bỏ che thông tin cá nhân"),
        "comment.pinned": N_("Ghim bình luận"),
        "comment.purged": N_("Xóa hẳn bình luận"),
        "comment.unpinned": N_("Bỏ ghim bình luận"),
        "comment_group.pending": N_("Đưa cả nhóm về chờ duyệt"),
        "comment_group.approved": N_("Duyệt cả nhóm"),
        "comment_group.rejected": N_("Từ chối cả nhóm"),
        "comment_group.spam": N_("Đánh dấu spam cả nhóm"),
        "comment_group.deleted": N_("Chuyển cả nhóm vào thùng rác"),
        "comment_group.undone": N_("Hoàn tác quyết định về nhóm"),
        "comment.reported": N_("Bình luận bị nhiều người báo cáo"),
        "case.opened": N_("Mở khiếu nại"),
        "case.upheld": N_("Chấp nhận khiếu nại"),
        "case.rejected": N_("Bác khiếu nại"),
        "journal.exported": N_("Xuất nhật ký"),
        "case.dossier": N_("Lập bộ hồ sơ khiếu nại"),
        "case.noted": N_("Ghi chú về khiếu nại"),
        "session.opened": N_("Đăng nhập"),
        "session.closed": N_("Kết thúc phiên đăng nhập"),
        "session.refused": N_("Đăng nhập sai mật khẩu"),
        "account.created": N_("Thêm thành viên"),
        "account.password_reset": N_("Cấp lại mật khẩu dùng một lần"),
        "account.password_changed": N_("Đổi mật khẩu"),
        "account.disabled": N_("Khóa tài khoản"),
        "account.enabled": N_("Mở lại tài khoản"),
        "account.changed": N_("Đổi quyền của thành viên"),
        "account.invited": N_("Gửi liên kết đặt mật khẩu"),
        "account.factor_enabled": N_("Bật xác thực hai bước"),
        "account.factor_disabled": N_("Tắt xác thực hai bước"),
        "account.codes_renewed": N_("Tạo mã khôi phục mới"),
        "author.noted": N_("Thêm ghi chú về tác giả"),
        "author.note_removed": N_("Xóa ghi chú về tác giả"),
        **RATING_ACTIONS,
        **FILTER_ACTIONS,
        **PAGE_ACTIONS,
        "link_group.added": N_("Thêm nhóm liên kết"),
        "link_group.renamed": N_("Đổi tên nhóm liên kết"),
        "link.added": N_("Thêm liên kết"),
        "link.changed": N_("Sửa liên kết"),
        "link.moved": N_("Chuyển vị trí liên kết"),
        "link.hidden": N_("Ẩn liên kết"),
        "link.shown": N_("Hiện lại liên kết"),
        "link.removed": N_("Xóa liên kết"),
    }
)

FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "status": N_("Trạng thái"),
        "phone": N_("Số điện thoại"),
        "citizen_id": N_("Số căn cước"),
        "bank_account": N_("Số tài khoản"),
        "email": N_("E-mail"),
        "login": N_("Tên đăng nhập"),
        "name": N_("Tên"),
        "role": N_("Vai trò"),
        "sections": N_("Chuyên mục"),
        "title": N_("Tiêu đề"),
        "url": N_("Địa chỉ"),
        "position": N_("Vị trí"),
        "hidden": N_("Bị ẩn"),
        "new_tab": N_("Mở thẻ mới"),
        "group": N_("Nhóm"),
        "group_id": N_("Mã nhóm"),
        "reports": N_("Số báo cáo"),
        "comments": N_("Bình luận"),
        "q": N_("Tìm"),
        "kind": N_("Loại thao tác"),
        **RATING_FIELDS,
        **FILTER_FIELDS,
        **PAGE_FIELDS,
    }
)

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


def span(length: timedelta, locale: str) -> str:
    """A length of time as people say it: "12 phút", "2 giờ 55 phút", "3 ngày"; below a minute "chưa đầy 1 phút"."""
    translate = translator(locale)
    if length < _MINUTE:
        return translate.gettext(N_("chưa đầy 1 phút"))
    days, hours, minutes = length // _DAY, length % _DAY // _HOUR, length % _HOUR // _MINUTE
    said = []
    if days:
        said.append(translate.ngettext("%(count)s ngày", "%(count)s ngày", days) % {"count": days})
    elif hours:
        said.append(translate.ngettext("%(count)s giờ", "%(count)s giờ", hours) % {"count": hours})
    if minutes and not days:
        said.append(translate.ngettext("%(count)s phút", "%(count)s phút", minutes) % {"count": minutes})
    return " ".join(said)


def rough_span(length: timedelta, locale: str) -> str:
    """The same in its largest unit alone: "5 giờ"."""
    for unit in (_DAY, _HOUR, _MINUTE):
        if length >= unit:
            return span(length // unit * unit, locale)
    return span(length, locale)
