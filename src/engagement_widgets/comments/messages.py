"""What people are told about comments: errors by their code, and why a comment is held."""

from collections.abc import Mapping
from types import MappingProxyType

from engagement_widgets.comments.states import HeldReason
from engagement_widgets.errors import Param
from engagement_widgets.web.i18n import N_, translator

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "comments_closed": N_("Bài viết đã ngừng nhận bình luận"),
        "folded_syllable_may_only_hold": N_(
            "Một âm tiết so không dấu chỉ được dùng để giữ lại: cùng cách viết có thể là một từ lành."
        ),
        "unknown_comment": N_("Bình luận này không còn hiển thị."),
        "unknown_parent": N_("Bình luận được trả lời không còn hiển thị. Có thể gửi như một bình luận mới."),
        "unknown_receipt": N_(
            "Không tìm thấy biên nhận này. Biên nhận mở được trong 30 ngày, trên trình duyệt đã gửi "
            "hoặc bằng mã biên nhận."
        ),
        "receipt_code.required": N_("Vui lòng nhập mã biên nhận."),
        "wrong_receipt_code": N_("Mã biên nhận không đúng. Vui lòng xem lại từng nhóm ký tự."),
        "too_many_receipt_codes": N_("Đã thử quá nhiều mã biên nhận. Vui lòng thử lại sau %(retry_after)s giây."),
        "comment_changed": N_(
            "Bình luận đã thay đổi từ khi mở phần sửa này. Nội dung đang sửa vẫn còn, vui lòng xem lại rồi lưu lần nữa."
        ),
        "comment_decided": N_("Bình luận này đã được xử lý nên không sửa hay thu hồi được nữa."),
        "comment_answered": N_("Bình luận này đã có trả lời nên không sửa được nữa."),
        "edit_window_over": N_("Đã hết thời gian sửa bình luận này."),
        "withdrawal_window_over": N_("Đã hết thời gian thu hồi bình luận này."),
        "withdrawn_by_author": N_("Tác giả đã thu hồi bình luận này nên không thể đăng lại."),
        "submission_key_used": N_("Lần gửi này đã được dùng. Vui lòng mở lại bài viết và gửi lại."),
        "too_many_comments": N_("Đã gửi nhiều bình luận liền nhau. Vui lòng thử lại sau %(retry_after)s giây."),
        "no_code_busy": N_(
            "Đang có quá nhiều bình luận gửi không cần mã từ mạng này. Vui lòng nhập mã trong hình, "
            "hoặc thử lại sau %(retry_after)s giây."
        ),
        "not_pinnable": N_("Chỉ ghim được bình luận gốc đang hiển thị."),
        "too_many_pinned": N_(
            "Mỗi bài chỉ ghim được %(maximum)s bình luận. Vui lòng bỏ ghim một bình luận khác trước."
        ),
        "unknown_letter": N_("Địa chỉ lấy từ thư này không dùng được. Vui lòng mở lại từ thư mới nhất."),
        "captcha_required": N_("Vui lòng nhập mã xác thực."),
        "name.required": N_("Vui lòng nhập tên hiển thị."),
        "stacked_marks": N_("Có chữ mang quá nhiều dấu. Vui lòng gõ lại."),
        "name.stacked_marks": N_("Tên hiển thị có chữ mang quá nhiều dấu. Vui lòng gõ lại."),
        "name.too_long": N_("Tên hiển thị chỉ được dài tối đa %(maximum)s ký tự."),
        "invalid_email": N_("Vui lòng nhập email theo dạng ten@nhacungcap.vn, hoặc để trống."),
        "email.too_long": N_("Email chỉ được dài tối đa %(maximum)s ký tự."),
        "body.required": N_("Vui lòng nhập nội dung bình luận."),
        "body.too_short": N_("Vui lòng viết ít nhất %(minimum)s ký tự."),
        "body.too_long": N_("Bình luận chỉ được dài tối đa %(maximum)s ký tự. Vui lòng rút ngắn."),
        "unknown_vote": N_("Vui lòng chọn Thích hoặc Bỏ thích."),
        "own_like": N_("Không thể thích bình luận của chính mình."),
        "too_many_likes": N_("Đã thích nhiều bình luận liền nhau. Vui lòng thử lại sau %(retry_after)s giây."),
        "choose_reason": N_("Vui lòng chọn một lý do báo cáo."),
        "text.too_long": N_("Nội dung báo cáo chỉ được dài tối đa %(maximum)s ký tự."),
        "own_report": N_("Không thể báo cáo bình luận của chính mình."),
        "already_reported": N_("Bình luận này đã được báo cáo từ trình duyệt hoặc tài khoản này. Tòa soạn sẽ xem xét."),
        "case_open": N_("Bình luận đang có khiếu nại %(number)s chưa xử lý. Vui lòng xử lý khiếu nại trước."),
        "unknown_case": N_("Không tìm thấy thông báo này. Biên nhận chỉ mở được trên trình duyệt đã gửi."),
        "too_many_cases": N_(
            "Đã gửi nhiều thông báo trong ngày. Vui lòng thử lại sau, hoặc liên hệ trực tiếp tòa soạn."
        ),
        "contact_required": N_("Vui lòng cho biết email hoặc số điện thoại."),
        "invalid_phone": N_("Vui lòng nhập số điện thoại, chỉ gồm chữ số, dấu cách và dấu + ở đầu."),
        "phone.too_long": N_("Số điện thoại chỉ được dài tối đa %(maximum)s ký tự."),
        "statement.required": N_("Vui lòng cho biết nội dung nào trái pháp luật, vì sao."),
        "statement.too_short": N_("Vui lòng viết ít nhất %(minimum)s ký tự."),
        "statement.too_long": N_("Nội dung thông báo chỉ được dài tối đa %(maximum)s ký tự. Vui lòng rút ngắn."),
        "comments.required": N_("Vui lòng cho biết bình luận nào, bằng địa chỉ của bình luận."),
        "bad_comment_link": N_(
            "Có địa chỉ không phải của một bình luận. Vui lòng chép địa chỉ từ ngày giờ của bình luận."
        ),
        "too_many_comments_named": N_("Mỗi thông báo chỉ nêu tối đa %(maximum)s bình luận."),
        "good_faith_required": N_("Vui lòng xác nhận lời cam đoan."),
        "too_many_reports": N_("Đã gửi nhiều báo cáo liền nhau. Vui lòng thử lại sau %(retry_after)s giây."),
        "invalid_id": N_("Mã của mục này không hợp lệ."),
        "invalid_key": N_("Khóa gửi không hợp lệ: cần 22 đến 64 ký tự A–Z, a–z, 0–9, gạch ngang, gạch dưới."),
    }
)
HELD: Mapping[HeldReason, str] = MappingProxyType(
    {
        HeldReason.PREMODERATION: N_("Duyệt trước khi đăng"),
        HeldReason.FIRST_COMMENT: N_("Bình luận đầu tiên của người này"),
        HeldReason.HAS_LINKS: N_("Có %(count)s liên kết"),
        HeldReason.DUPLICATE: N_("Trùng nội dung với bình luận khác của bài"),
        HeldReason.NO_CODE: N_("Không cần mã"),
        HeldReason.HASTY: N_("Nhập mã nhanh hơn người thường gõ"),
        HeldReason.NO_WORK: N_("Chưa qua bước kiểm tra trên trình duyệt"),
        HeldReason.TRAP: N_("Điền vào ô mà người đọc không thấy"),
        HeldReason.EDITED: N_("Tác giả đã sửa sau khi đăng"),
        HeldReason.CROWD: N_("Nhiều người mới cùng gửi từ một địa chỉ mạng"),
        HeldReason.REPORTED: N_("Bị báo cáo %(count)s lần"),
        HeldReason.CASE: N_("Khiếu nại %(number)s đang xử lý"),
    }
)


def held_sentence(reason: HeldReason, params: Mapping[str, Param], locale: str) -> str:
    """Why a comment is held, in words."""
    return translator(locale).gettext(HELD[reason]) % params
