"""Built-in reasons for a rejection: what the moderator picks, and the sentence its author reads on the receipt."""

from dataclasses import dataclass
from typing import Final

from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.web.i18n import N_, translator


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One entry of the menu. `code` is what the form sends; both texts are for the catalogues."""

    code: str
    label: str
    sentence: str


REASONS: Final = (
    Reason(
        code="advertising",
        label=N_("Quảng cáo, mời chào"),
        sentence=N_("Bình luận có nội dung quảng cáo hoặc mời chào."),
    ),
    Reason(
        code="personal_data",
        label=N_("Có thông tin cá nhân"),
        sentence=N_("Bình luận nêu thông tin cá nhân của một người. Vui lòng bỏ phần đó rồi gửi lại."),
    ),
    Reason(
        code="insult",
        label=N_("Xúc phạm người khác"),
        sentence=N_("Bình luận có lời lẽ xúc phạm người khác."),
    ),
    Reason(
        code="off_topic",
        label=N_("Không đúng chủ đề"),
        sentence=N_("Bình luận không nói về bài viết này."),
    ),
    Reason(
        code="unverified",
        label=N_("Tin chưa kiểm chứng"),
        sentence=N_("Bình luận nêu thông tin mà tòa soạn chưa kiểm chứng được."),
    ),
)


def reason_sentence(code: str, locale: str) -> str:
    """What the author reads, in the language of the page.

    Raises:
        Invalid: `unknown_reason` at `reason`.
    """
    for reason in REASONS:
        if reason.code == code:
            return translator(locale).gettext(reason.sentence)
    raise Invalid([FieldError("reason", "unknown_reason")])
