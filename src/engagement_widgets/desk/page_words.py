"""The desk's words for whole pages: what was done, what the journal calls it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engagement_widgets.web.i18n import N_

ACTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "page.updated": N_("Sửa thông tin bài viết"),
        "page.renamed": N_("Đổi khóa bài viết"),
        "page.merged": N_("Gộp bài viết"),
        "page.unmerged": N_("Hoàn tác gộp bài viết"),
        "page.withdrawn": N_("Gỡ bài viết"),
        "page.deleted": N_("Xóa bài viết"),
        "page.restored": N_("Khôi phục bài viết"),
        "page.undone": N_("Hoàn tác thao tác với bài viết"),
        "page.purged": N_("Xóa hẳn bài viết"),
    }
)

DONE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "page.closed": N_("Bài viết không nhận bình luận mới nữa."),
        "page.reopened": N_("Bài viết nhận bình luận trở lại."),
        "page.updated": N_("Đã lưu thông tin bài viết."),
        "page.renamed": N_("Đã đổi khóa. Khóa cũ vẫn dẫn về bài viết này."),
        "page.merged": N_("Đã gộp bài viết. Khóa cũ dẫn về bài viết này."),
        "page.unmerged": N_("Đã hoàn tác gộp. Bài viết lại có bình luận và đánh giá của mình."),
        "page.withdrawn": N_("Đã gỡ bài viết. Bạn đọc không còn thấy gì của bài này."),
        "page.deleted": N_("Đã xóa bài viết. Có thể khôi phục cho đến ngày xóa hẳn."),
        "page.restored": N_("Đã khôi phục bài viết."),
        "page.undone": N_("Đã hoàn tác."),
    }
)

FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "key": N_("Khóa bài viết"),
        "section": N_("Chuyên mục"),
        "withdrawn_at": N_("Gỡ lúc"),
        "deleted_at": N_("Xóa lúc"),
        "into": N_("Gộp vào"),
    }
)

MOMENTS: Final = frozenset({"withdrawn_at", "deleted_at"})
