"""The desk's words for what was done to a rating."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engagement_widgets.ratings.commands import Deed
from engagement_widgets.web.i18n import N_

ACTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Deed.FROZEN.value: N_("Ngừng nhận đánh giá"),
        Deed.REOPENED.value: N_("Mở lại đánh giá"),
        Deed.RESET.value: N_("Đặt lại đánh giá"),
        Deed.LEFT_OUT.value: N_("Loại lượt đánh giá"),
        Deed.TAKEN_IN.value: N_("Tính lại lượt đánh giá"),
        Deed.CLEARED.value: N_("Bỏ cảnh báo đánh giá"),
        Deed.UNDONE.value: N_("Hoàn tác quyết định về đánh giá"),
    }
)

FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ratings": N_("Lượt được tính"),
        "average": N_("Trung bình"),
        "frozen": N_("Ngừng nhận"),
        "votes": N_("Số lượt"),
        "scores": N_("Số sao"),
        "since": N_("Từ"),
        "until": N_("Đến"),
        "new_only": N_("Chỉ bạn đọc mới"),
    }
)

DONE: Final[Mapping[str, str]] = MappingProxyType(
    {
        Deed.FROZEN.value: N_("Bài viết đã ngừng nhận đánh giá."),
        Deed.REOPENED.value: N_("Bài viết nhận đánh giá trở lại."),
        Deed.RESET.value: N_("Đã đặt lại đánh giá: mọi lượt trước đây không còn được tính."),
        Deed.LEFT_OUT.value: N_("Đã loại các lượt được chọn khỏi điểm trung bình."),
        Deed.TAKEN_IN.value: N_("Đã tính lại các lượt được chọn."),
        Deed.CLEARED.value: N_("Đã bỏ cảnh báo."),
        Deed.UNDONE.value: N_("Đã hoàn tác."),
    }
)
