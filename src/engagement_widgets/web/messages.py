"""The one place where an error becomes a sentence for people.

A slice lists its own codes in `<slice>/messages.py` as `MESSAGES`, code → `N_("sentence")`; the composition root
registers them. A code that belongs to one field is written `field.code`: `body.required` comes before `required`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from engagement_widgets.errors import Param
from engagement_widgets.web.i18n import N_, translator

GENERAL = N_("Yêu cầu không thực hiện được. Vui lòng thử lại.")

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        # the request as a whole
        "invalid_fields": N_("Có mục cần sửa. Vui lòng xem từng mục được đánh dấu."),
        "bad_form": N_("Không đọc được nội dung gửi lên. Vui lòng tải lại trang và gửi lại."),
        "bad_json": N_("Nội dung JSON không hợp lệ."),
        "bad_query": N_("Địa chỉ có phần không hợp lệ. Vui lòng mở lại từ bài viết."),
        "bad_cursor": N_("Địa chỉ của trang này không còn hợp lệ. Vui lòng mở lại từ bài viết."),
        "bad_signature": N_("Dữ liệu gửi kèm không hợp lệ. Vui lòng tải lại trang và gửi lại."),
        "duplicate_field": N_("Có mục được gửi hai lần. Vui lòng tải lại trang và gửi lại."),
        "slow_body": N_("Đường truyền quá chậm nên chưa nhận đủ nội dung. Vui lòng gửi lại."),
        "incomplete_body": N_("Chưa nhận đủ nội dung. Vui lòng gửi lại."),
        "body_too_large": N_("Nội dung gửi lên quá lớn. Vui lòng rút ngắn rồi gửi lại."),
        "too_many_fields": N_("Có quá nhiều mục trong một lần gửi."),
        "content_type": N_("Kiểu nội dung này không được hỗ trợ."),
        "content_encoding": N_("Nội dung nén không được hỗ trợ."),
        "unknown_locale": N_("Ngôn ngữ này không được hỗ trợ."),
        "unknown_parameter": N_("Địa chỉ có phần không hợp lệ. Vui lòng mở lại từ bài viết."),
        # what may not be done, or is not there
        "origin_refused": N_(
            "Yêu cầu đến từ một trang khác nên không được nhận. Vui lòng mở lại bài viết và gửi từ đó."
        ),
        "https_required": N_("Trang này chỉ nhận bài gửi qua kết nối bảo mật (https)."),
        "unknown_address": N_("Không tìm thấy trang này."),
        "unknown_page": N_("Không tìm thấy bài viết. Vui lòng mở lại bài viết và thử lại."),
        "page_withdrawn": N_("Bài viết này đã được gỡ xuống."),
        "foreign_page": N_("Bài viết này thuộc một trang khác."),
        "method_not_allowed": N_("Địa chỉ này không nhận thao tác đó."),
        # come again later
        "too_fast": N_("Thao tác quá nhanh. Vui lòng thử lại sau %(retry_after)s giây."),
        "busy": N_("Máy chủ đang bận. Vui lòng thử lại sau ít giây."),
        "not_booted": N_("Máy chủ đang khởi động. Vui lòng thử lại sau ít giây."),
        "storage_full": N_("Máy chủ đã hết chỗ lưu. Vui lòng thử lại sau ít phút."),
        "storage_away": N_("Chưa kết nối được kho dữ liệu. Vui lòng thử lại sau ít giây."),
        # undo, for every slice that decides
        "unknown_undo": N_("Không còn thao tác này để hoàn tác."),
        "already_undone": N_("Thao tác này đã được hoàn tác."),
        "undo_expired": N_("Đã hết thời gian hoàn tác. Vẫn có thể đổi bằng một quyết định mới."),
        # fields
        "required": N_("Vui lòng điền mục này."),
        "too_short": N_("Vui lòng nhập ít nhất %(minimum)s ký tự."),
        "too_long": N_("Vui lòng rút ngắn còn tối đa %(maximum)s ký tự."),
        "invalid_text": N_("Nội dung có ký tự không dùng được. Vui lòng gõ lại."),
        "control_character": N_("Nội dung có ký tự không dùng được. Vui lòng gõ lại."),
        "out_of_range": N_("Vui lòng nhập số từ %(minimum)s đến %(maximum)s."),
        "not_http": N_("Địa chỉ phải bắt đầu bằng http://, https:// hoặc /."),
        "wrong_type": N_("Giá trị của mục này không hợp lệ."),
        "unknown_field": N_("Mục này không được hỗ trợ."),
    }
)

_registered: dict[str, str] = dict(MESSAGES)


def register(messages: Mapping[str, str]) -> None:
    """Add a slice's sentences; the same table may come twice, as with two instances in one host.

    Raises:
        ValueError: when a code already has another sentence.
    """
    for code, message in messages.items():
        if _registered.setdefault(code, message) != message:
            raise ValueError(f"two sentences for the code {code!r}")


def sentence(code: str, params: Mapping[str, Param], locale: str, *, field: str | None = None) -> str:
    """What to tell a person: the field's own sentence, else the code's, else a general one."""
    message = _registered.get(f"{field}.{code}") or _registered.get(code, GENERAL)
    text = translator(locale).gettext(message)
    try:
        return text % params if "%" in text else text
    except (KeyError, TypeError, ValueError):
        return translator(locale).gettext(GENERAL)
