"""What people are told about comments: errors by their code, and why a comment is held."""

from collections.abc import Mapping
from types import MappingProxyType

from engagement_widgets.comments.states import HeldReason
from engagement_widgets.errors import Param
from engagement_widgets.web.i18n import N_, translator

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "comments_closed": N_("Bài viết đã ngừng nhận bình luận"),
        "writer_blocked": N_("Tòa soạn không nhận bình luận của người gửi này. Bình luận chưa được lưu."),
        "name.rejected_by_rule": N_("Tên hiển thị này không được dùng ở đây. Vui lòng chọn tên khác."),
        "body.rejected_by_rule": N_("Bình luận có nội dung mà trang này không nhận. Vui lòng sửa rồi gửi lại."),
        "folded_syllable_may_only_hold": N_(
            "Một âm tiết so không dấu chỉ được dùng để giữ lại: cùng cách viết có thể là một từ lành."
        ),
        "too_many_entries": N_("Chỉ được tối đa %(maximum)s mục trong một quy tắc."),
        "unknown_rule": N_("Không tìm thấy quy tắc này."),
        "fixed_rule": N_("Quy tắc này do phần khác quyết định, không đổi được ở đây."),
        "built_in_rule": N_("Quy tắc có sẵn không xóa được. Có thể tắt đi."),
        "unknown_kind": N_("Không thể thêm quy tắc loại này."),
        "cannot_simulate": N_("Chỉ thử được quy tắc xét nội dung: từ ngữ, thông tin cá nhân, tên, liên kết."),
        "reason_required": N_(
            "Quy tắc này sẽ chạm tới %(percent)s%% trong %(seen)s bình luận gần nhất. Vui lòng ghi lý do."
        ),
        "unknown_pack": N_("Không có bộ quy tắc mẫu này."),
        "rule_name_taken": N_("Đã có quy tắc tên này."),
        "staff_not_blocked": N_("Không chặn được người của tòa soạn."),
        "not_known": N_("Bình luận này không có thông tin đó để chặn."),
        "not_future": N_("Thời điểm kết thúc phải ở sau lúc này."),
        "block_too_long": N_("Chặn theo địa chỉ mạng chỉ được đến %(days)s ngày: sau đó địa chỉ không còn được lưu."),
        "hold_too_long": N_("Chỉ tạm giữ được đến %(days)s ngày. Lâu hơn, vui lòng chọn duyệt trước khi đăng."),
        "unknown_block": N_("Không tìm thấy lượt chặn này."),
        "unknown_hold": N_("Không có lượt tạm giữ này."),
        "incomplete_order": N_("Thứ tự phải có đủ mọi quy tắc, mỗi quy tắc một lần."),
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
        "comment_disputed": N_(
            "Bình luận này đang có khiếu nại nên chưa sửa hay thu hồi được cho đến khi tòa soạn xử lý xong."
        ),
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
        HeldReason.EMERGENCY: N_("Đang tạm giữ toàn bộ"),
        HeldReason.BRAKE: N_("Phanh tự động"),
        HeldReason.BLOCKED: N_("Người này bị chặn: luôn giữ lại"),
        HeldReason.PREMODERATION: N_("Duyệt trước khi đăng"),
        HeldReason.UNTRUSTED: N_("Chưa đủ %(needed)s bình luận liền nhau được duyệt"),
        HeldReason.FIRST_COMMENT: N_("Bình luận đầu tiên của người này"),
        HeldReason.HAS_LINKS: N_("Có %(count)s liên kết"),
        HeldReason.WORDS: N_("Khớp quy tắc “%(rule)s”"),
        HeldReason.PERSONAL_DATA: N_("Có thông tin cá nhân"),
        HeldReason.IMPOSTOR: N_("Tên giống tên của tòa soạn: %(name)s"),
        HeldReason.SIMILAR: N_("Gần giống bình luận khác của bài"),
        HeldReason.DUPLICATE: N_("Trùng nội dung với bình luận khác của bài"),
        HeldReason.NO_CODE: N_("Không cần mã"),
        HeldReason.HASTY: N_("Nhập mã nhanh hơn người thường gõ"),
        HeldReason.NO_WORK: N_("Chưa qua bước kiểm tra trên trình duyệt"),
        HeldReason.TRAP: N_("Điền vào ô mà người đọc không thấy"),
        HeldReason.EDITED: N_("Tác giả đã sửa sau khi đăng"),
        HeldReason.CROWD: N_("Nhiều người mới cùng gửi từ một địa chỉ mạng"),
        HeldReason.REPORTED: N_("Bị báo cáo %(count)s lần"),
        HeldReason.CASE: N_("Khiếu nại %(number)s đang xử lý"),
        HeldReason.READER_FLOOD: N_("Người này đã gửi từ %(count)s bình luận trong %(minutes)s phút"),
        HeldReason.PAGE_FLOOD: N_("Bài viết nhận nhiều bình luận bất thường trong %(minutes)s phút"),
        HeldReason.CHECKER: N_("%(checker)s cho rằng cần xem: %(why)s"),
        HeldReason.CHECKER_UNAVAILABLE: N_("%(checker)s không trả lời"),
    }
)


def held_sentence(reason: HeldReason, params: Mapping[str, Param], locale: str) -> str:
    """Why a comment is held, in words."""
    return translator(locale).gettext(HELD[reason]) % params
