"""What people are told about a code, by the stable code of the error."""

from collections.abc import Mapping
from types import MappingProxyType

from engagement_widgets.web.i18n import N_

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "code.required": N_("Vui lòng nhập mã xác thực trong hình."),
        "code.wrong": N_("Mã xác thực không đúng. Vui lòng nhập mã mới trong hình."),
        "code.expired": N_("Mã xác thực đã hết hạn. Vui lòng nhập mã mới."),
        "nonce.required": N_("Trình duyệt chưa làm xong bước kiểm tra. Vui lòng thử lại, hoặc gửi không cần mã."),
        "nonce.wrong": N_("Bước kiểm tra trên trình duyệt chưa thành công. Vui lòng gửi lại."),
        "nonce.expired": N_("Bước kiểm tra trên trình duyệt đã hết hạn. Vui lòng gửi lại."),
        "token.required": N_("Vui lòng hoàn thành bước kiểm tra, hoặc gửi không cần mã."),
        "token.wrong": N_("Bước kiểm tra chưa thành công. Vui lòng kiểm tra lại, hoặc gửi không cần mã."),
        "token.expired": N_("Bước kiểm tra đã hết hạn. Vui lòng kiểm tra lại."),
        "too_many_wrong_codes": N_(
            "Mã xác thực sai nhiều lần liền nhau. Vui lòng thử lại sau %(retry_after)s giây, hoặc gửi không cần mã."
        ),
        "captcha_unavailable": N_(
            "Chưa kiểm tra được mã xác thực. Vui lòng thử lại sau ít giây, hoặc gửi không cần mã."
        ),
        "unknown_challenge": N_("Hình mã xác thực này không còn dùng được. Vui lòng đổi mã khác."),
        "purpose.unknown_purpose": N_("Mã xác thực không dùng cho việc này."),
    }
)
