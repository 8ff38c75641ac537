"""What people are told when a vote is refused."""

from collections.abc import Mapping
from types import MappingProxyType

from engagement_widgets.web.i18n import N_

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "choose_score": N_("Vui lòng chọn từ 1 đến 5 sao."),
        "unknown_period": N_("Vui lòng chọn toàn thời gian, tháng này hoặc tuần này."),
        "ratings_closed": N_("Bài viết đã ngừng nhận đánh giá"),
        "rating_too_fast": N_("Đánh giá được đổi quá nhiều lần. Vui lòng thử lại sau %(retry_after)s giây."),
    }
)
