"""What people are told about links: readers who chose none, editors whose entry cannot be kept."""

from collections.abc import Mapping
from types import MappingProxyType

from engagement_widgets.web.i18n import N_

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "choose_link": N_("Vui lòng chọn một website."),
        "unknown_link": N_("Không tìm thấy liên kết này. Có thể liên kết đã được gỡ."),
        "unknown_link_group": N_("Không tìm thấy nhóm liên kết này."),
        "link.stale_version": N_("Mục này vừa được người khác thay đổi. Vui lòng xem lại rồi thử lần nữa."),
        "name_taken": N_("Đã có nhóm dùng tên này. Vui lòng chọn tên khác."),
        "title_taken": N_("Nhóm này đã có liên kết cùng tên. Vui lòng chọn tên khác."),
        "group_name_invalid": N_("Tên gọi chỉ gồm chữ thường không dấu, chữ số, gạch ngang và gạch dưới."),
        "url_not_http": N_("Địa chỉ phải bắt đầu bằng http:// hoặc https://."),
        "url_credentials": N_("Địa chỉ không được chứa tên đăng nhập hay mật khẩu."),
        "url_invalid": N_("Địa chỉ không hợp lệ. Vui lòng chép lại từ trình duyệt."),
        "url.too_long": N_("Địa chỉ chỉ được dài tối đa %(maximum)s byte."),
        "direction_invalid": N_("Vui lòng chọn chuyển lên hoặc chuyển xuống."),
    }
)
