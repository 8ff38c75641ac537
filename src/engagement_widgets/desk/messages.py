"""What the desk's error codes say to people."""

from collections.abc import Mapping
from types import MappingProxyType

from engagement_widgets.web.i18n import N_

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        # whole pages
        "page_exists": N_("Khóa này đã thuộc một bài viết khác có bình luận hoặc đánh giá."),
        "final_needed": N_("Gộp bài viết không hoàn tác được: vui lòng xác nhận."),
        "stale_page": N_("Bài viết đã được đổi lại sau đó nên không hoàn tác được."),
        # at the door
        "sign_in_required": N_("Vui lòng đăng nhập bàn duyệt rồi thử lại."),
        "role_required": N_("Tài khoản này không có quyền làm việc đó."),
        "section_required": N_("Tài khoản này không phụ trách chuyên mục đó."),
        "password_change_required": N_("Vui lòng đổi mật khẩu dùng một lần trước."),
        "wrong_credentials": N_("Tên đăng nhập hoặc mật khẩu không đúng. Vui lòng thử lại."),
        "sign_in_too_often": N_("Đăng nhập sai quá nhiều lần. Vui lòng thử lại sau %(retry_after)s giây."),
        # passwords
        "password.wrong_password": N_("Mật khẩu hiện tại không đúng."),
        "new_password.too_short": N_("Mật khẩu mới cần ít nhất %(minimum)s ký tự."),
        "new_password.too_long": N_("Mật khẩu mới chỉ được dài tối đa %(maximum)s ký tự."),
        "password_is_login": N_("Mật khẩu không được trùng với tên đăng nhập."),
        "password_unchanged": N_("Mật khẩu mới phải khác mật khẩu hiện tại."),
        "password_differs": N_("Hai lần nhập mật khẩu mới không giống nhau."),
        # accounts and sessions
        "login.required": N_("Vui lòng nhập tên đăng nhập."),
        "bad_login": N_("Tên đăng nhập chỉ gồm chữ thường không dấu, chữ số, dấu chấm, gạch ngang, tối đa 64 ký tự."),
        "login_taken": N_("Đã có tài khoản tên %(login)s. Vui lòng chọn tên khác."),
        "unknown_role": N_("Vui lòng chọn một vai trò."),
        "unknown_account": N_("Không tìm thấy tài khoản này."),
        "unknown_session": N_("Phiên đăng nhập này không còn nữa."),
        "own_account": N_("Không thể khóa tài khoản đang dùng."),
        "last_admin": N_("Không thể khóa quản trị viên cuối cùng."),
        # the queue
        "stale_version": N_("Mục này vừa được người khác thay đổi. Vui lòng xem lại rồi thử lần nữa."),
        "nothing_to_mask": N_("Không còn thông tin cá nhân nào để che trong bình luận này."),
        "unknown_decision": N_("Vui lòng chọn một thao tác."),
        "no_such_article": N_("Không có bài viết nào với địa chỉ hoặc khóa này."),
        "unknown_channel": N_("Vui lòng chọn cách khiếu nại được gửi đến."),
        "note.required": N_("Vui lòng ghi lý do của quyết định."),
        "unknown_reason": N_("Vui lòng chọn một lý do trong danh sách."),
    }
)
