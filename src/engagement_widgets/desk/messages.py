"""What the desk's error codes say to people."""

from collections.abc import Mapping
from types import MappingProxyType

from engagement_widgets.web.i18n import N_

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        # whole pages
        "page_exists": N_("Khóa này đã thuộc một bài viết khác có bình luận hoặc đánh giá."),
        "stale_page": N_("Bài viết vừa được thay đổi nên chưa làm gì thêm. Vui lòng xem lại."),
        "same_page": N_("Đây chính là bài đang mở. Vui lòng chọn một bài khác."),
        "no_such_page": N_("Không tìm thấy bài viết có khóa hoặc địa chỉ này."),
        "into.required": N_("Vui lòng nhập khóa hoặc địa chỉ của bài nhận."),
        "why.required": N_("Vui lòng ghi lý do."),
        # at the door
        "sign_in_required": N_("Vui lòng đăng nhập bàn duyệt rồi thử lại."),
        "role_required": N_("Tài khoản này không có quyền làm việc đó."),
        "unknown_deed": N_("Vui lòng chọn một loại thao tác trong danh sách."),
        "bad_day": N_("Vui lòng nhập ngày, hoặc để trống."),
        "section_required": N_("Việc này nằm ngoài chuyên mục mà tài khoản phụ trách."),
        "proof_required": N_("Vui lòng xác nhận lại mật khẩu trước."),
        "code_required": N_("Tài khoản này cần thêm mã xác thực."),
        "wrong_factor": N_("Mã không đúng hoặc đã dùng. Vui lòng nhập mã mới."),
        "not_the_present_code": N_("Mã không đúng. Vui lòng nhập mã mà ứng dụng đang hiện."),
        "step_over": N_("Bước đăng nhập đã hết hạn. Vui lòng nhập lại mật khẩu."),
        "invitation_over": N_("Liên kết này đã dùng hoặc đã hết hạn. Vui lòng xin liên kết mới."),
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
        "own_account": N_("Không thể khóa hoặc đổi quyền của tài khoản đang dùng."),
        "last_admin": N_("Không thể khóa hoặc giới hạn quản trị viên cuối cùng."),
        "account_disabled": N_("Tài khoản này đang bị khóa."),
        "factor_is_on": N_("Xác thực hai bước đã được bật rồi."),
        "secret_over": N_("Trang này đã cũ. Vui lòng tải lại để lấy mã QR mới."),
        # the queue
        "stale_version": N_("Mục này vừa được người khác thay đổi. Vui lòng xem lại rồi thử lần nữa."),
        "unknown_group": N_("Không còn bình luận nào của nhóm này để xử lý."),
        "nothing_to_mask": N_("Không còn thông tin cá nhân nào để che trong bình luận này."),
        "unknown_decision": N_("Vui lòng chọn một thao tác."),
        "no_such_article": N_("Không có bài viết nào với địa chỉ hoặc khóa này."),
        "unknown_channel": N_("Vui lòng chọn cách khiếu nại được gửi đến."),
        "note.required": N_("Vui lòng ghi lý do của quyết định."),
        "unknown_reason": N_("Vui lòng chọn một lý do trong danh sách."),
        # authors
        "unknown_note": N_("Ghi chú này không còn nữa."),
        "unknown_effect": N_("Vui lòng chọn một mức chặn."),
    }
)
