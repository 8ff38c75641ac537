"""What people are told when a vote is refused."""

from collections.abc import Mapping
from types import MappingProxyType

from engagement_widgets.web.i18n import N_

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "choose_score": N_("Vui lòng chọn từ 1 đến 5 sao."),
        "unknown_period": N_("Vui lòng chọn toàn thời gian, tháng này hoặc tuần này."),
        "ratings_closed": N_("Bài viết đã ngừng nhận đánh giá"),
        "low_rating_needed": N_("Góp ý riêng đi cùng một đánh giá 1 hoặc 2 sao. Vui lòng đánh giá trước rồi gửi lại."),
        "choose_scores": N_("Vui lòng chọn ít nhất một mức sao."),
        "bad_moment": N_("Vui lòng nhập ngày và giờ, hoặc để trống."),
        "until_before_since": N_("Vui lòng chọn thời điểm kết thúc sau thời điểm bắt đầu."),
        "no_votes": N_("Không có lượt đánh giá nào khớp. Vui lòng chọn lại điểm, thời gian hoặc bạn đọc."),
        "rating_too_fast": N_("Đánh giá được đổi quá nhiều lần. Vui lòng thử lại sau %(retry_after)s giây."),
    }
)
