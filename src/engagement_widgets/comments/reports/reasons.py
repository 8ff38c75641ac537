"""What can be wrong with a comment, for the reader who reports it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from engagement_widgets.comments.fields import NOTE
from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.kernel.text import TextField
from engagement_widgets.web.i18n import N_

TEXT: Final = TextField("text", minimum=0, maximum=NOTE.maximum, max_bytes=NOTE.max_bytes, multiline=True)


class ReportReason(StrEnum):
    """Why a reader reports a comment."""

    INSULT = "insult"
    HATE = "hate"
    SPAM = "spam"
    FALSE = "false"
    PRIVATE = "private"
    OTHER = "other"


REASONS: Final[Mapping[ReportReason, str]] = MappingProxyType(
    {
        ReportReason.INSULT: N_("Xúc phạm, công kích cá nhân"),
        ReportReason.HATE: N_("Kích động, phân biệt đối xử"),
        ReportReason.SPAM: N_("Spam, quảng cáo"),
        ReportReason.FALSE: N_("Thông tin sai sự thật"),
        ReportReason.PRIVATE: N_("Lộ thông tin cá nhân"),
        ReportReason.OTHER: N_("Lý do khác"),
    }
)


def parse_reason(raw: object) -> ReportReason:
    """The reason that was chosen.

    Raises:
        Invalid: `choose_reason`.
    """
    try:
        return ReportReason(str(raw))
    except ValueError:
        raise Invalid([FieldError("reason", "choose_reason")]) from None
