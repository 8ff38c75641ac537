"""The journal's words for rules, blocks, emergency holds and closed pages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engagement_widgets.web.i18n import N_

ACTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "rule.added": N_("Thêm quy tắc"),
        "rule.changed": N_("Sửa quy tắc"),
        "rule.moved": N_("Chuyển vị trí quy tắc"),
        "rule.removed": N_("Xóa quy tắc"),
        "rule.undone": N_("Hoàn tác thay đổi quy tắc"),
        "block.set": N_("Chặn người gửi"),
        "block.lifted": N_("Bỏ chặn người gửi"),
        "block.undone": N_("Hoàn tác việc chặn"),
        "emergency.set": N_("Tạm giữ toàn bộ"),
        "emergency.braked": N_("Phanh tự động bật"),
        "emergency.ended": N_("Kết thúc tạm giữ"),
        "page.closed": N_("Ngừng nhận bình luận"),
        "page.reopened": N_("Mở lại bình luận"),
    }
)

FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kind": N_("Loại"),
        "fields": N_("Xét mục"),
        "action": N_("Thao tác"),
        "enabled": N_("Đang bật"),
        "note": N_("Ghi chú"),
        "entries": N_("Số từ ngữ"),
        "allowed": N_("Số được phép"),
        "names": N_("Số tên"),
        "least": N_("Từ số liên kết"),
        "count": N_("Số bình luận"),
        "minutes": N_("Số phút"),
        "factor": N_("Gấp mấy lần"),
        "by": N_("Theo"),
        "effect": N_("Mức chặn"),
        "subject": N_("Phạm vi"),
        "banner": N_("Thông báo cho bạn đọc"),
        "comments_closed": N_("Ngừng nhận bình luận"),
    }
)
