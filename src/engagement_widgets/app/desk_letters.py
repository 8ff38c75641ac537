"""Letters about cases and waves: to who complained, and to the newsroom's own addresses (setting `alerts_to`)."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from babel.dates import format_datetime

from engagement_widgets.comments.cases.reading import CaseFile, read_case
from engagement_widgets.comments.cases.states import CaseStatus, Channel
from engagement_widgets.comments.display import name_text, neutralise
from engagement_widgets.comments.letters.texts import Letter, LetterLink, first_lines, one_line, site_name
from engagement_widgets.errors import NotFound
from engagement_widgets.events import BrakePulled, CaseClosed, CaseDue
from engagement_widgets.web.context import Context
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.templating import MOMENT_FORMATS

GREETING: Final = N_("Kính gửi %(name)s,")
SUBJECT_CLOSED: Final = N_("Kết quả giải quyết khiếu nại %(number)s")
UPHELD: Final = N_("Tòa soạn đã chấp nhận khiếu nại %(number)s. Bình luận bị khiếu nại đã được gỡ.")
REJECTED: Final = N_("Tòa soạn không chấp nhận khiếu nại %(number)s. Bình luận bị khiếu nại vẫn được đăng.")
REASON: Final = N_("Lý do: %(note)s")
ABOUT: Final = N_("Nội dung khiếu nại nhận lúc %(time)s:")
RECEIPT: Final = N_("Xem biên nhận (trên trình duyệt đã gửi)")
WHY_CLOSED: Final = N_("Thư của %(site)s, gửi một lần tới địa chỉ ghi trong khiếu nại %(number)s.")
TO_DESK: Final = N_("Kính gửi bàn duyệt %(site)s,")
SUBJECT_DUE: Final = N_("Khiếu nại %(number)s sắp đến hạn")
DUE: Final = N_("Khiếu nại %(number)s phải được giải quyết trước %(time)s.")
OPEN_CASE: Final = N_("Mở hồ sơ")
SUBJECT_BRAKE: Final = N_("Phanh tự động đã bật tại %(site)s")
BRAKE_COMMENTS: Final = N_("%(count)s bình luận đến trong %(minutes)s phút, nhiều hơn hẳn thường lệ.")
BRAKE_CAPTCHA: Final = N_("%(count)s lượt nhập sai mã xác thực trong %(minutes)s phút, nhiều hơn hẳn thường lệ.")
BRAKE_HOLDS: Final = N_("Mọi bình luận mới chờ duyệt đến %(time)s; sau đó tự thôi giữ. Không cần làm gì ngay.")
OPEN_DESK: Final = N_("Mở bàn duyệt")
WHY_DESK: Final = N_("Thư tự động của %(site)s, gửi tới địa chỉ trong thiết lập ALERTS_TO.")


def desk_letters(ctx: Context, event: CaseClosed | CaseDue | BrakePulled) -> tuple[Letter, ...]:
    """The letters that an event calls for, asked at the moment of sending; none where it is over."""
    if isinstance(event, BrakePulled):
        return tuple(_brake_letter(ctx, event, address) for address in ctx.settings.alerts_to)
    try:
        file = ctx.storage.read_sync(read_case, event.case_id)
    except NotFound:
        return ()
    if isinstance(event, CaseClosed):
        return (_closed_letter(ctx, file),) if file.case.email else ()
    is_open = file.case.status is CaseStatus.OPEN
    return tuple(_due_letter(ctx, file, address) for address in ctx.settings.alerts_to if is_open)


def _closed_letter(ctx: Context, file: CaseFile) -> Letter:
    case, say, site = file.case, _say(ctx), site_name(ctx)
    sentence = UPHELD if case.status is CaseStatus.UPHELD else REJECTED
    receipt = LetterLink(label=say(RECEIPT), url=ctx.urls.public(f"/cases/{case.id}"))
    return Letter(
        address=case.email or "",
        locale=ctx.settings.locale,
        subject=say(SUBJECT_CLOSED) % {"number": case.number},
        greeting=say(GREETING) % {"name": one_line(name_text(case.name), 60)},
        before=(
            say(sentence) % {"number": case.number},
            *((say(REASON) % {"note": neutralise(case.note)},) if case.note else ()),
            say(ABOUT) % {"time": _time(ctx, case.opened_at)},
        ),
        quote=first_lines(case.statement),
        after=(),
        links=(receipt,) if case.channel is Channel.FORM else (),
        why=say(WHY_CLOSED) % {"site": site, "number": case.number},
    )


def _due_letter(ctx: Context, file: CaseFile, address: str) -> Letter:
    case, say = file.case, _say(ctx)
    told = say(DUE) % {"number": case.number, "time": _time(ctx, case.due_at)}
    link = LetterLink(label=say(OPEN_CASE), url=ctx.urls.public(f"/desk/cases/{case.id}"))
    return _to_desk(ctx, address, say(SUBJECT_DUE) % {"number": case.number}, (told,), link)


def _brake_letter(ctx: Context, event: BrakePulled, address: str) -> Letter:
    say = _say(ctx)
    sentence = BRAKE_CAPTCHA if event.cause == "captcha" else BRAKE_COMMENTS
    told = say(sentence) % {"count": event.count, "minutes": event.minutes}
    until = say(BRAKE_HOLDS) % {"time": _time(ctx, event.until)}
    link = LetterLink(label=say(OPEN_DESK), url=ctx.urls.public("/desk/queue"))
    return _to_desk(ctx, address, say(SUBJECT_BRAKE) % {"site": site_name(ctx)}, (told, until), link)


def _to_desk(ctx: Context, address: str, subject: str, before: tuple[str, ...], link: LetterLink) -> Letter:
    say, site = _say(ctx), {"site": site_name(ctx)}
    return Letter(
        address=address,
        locale=ctx.settings.locale,
        subject=one_line(subject, 200),
        greeting=say(TO_DESK) % site,
        before=before,
        quote="",
        after=(),
        links=(link,),
        why=say(WHY_DESK) % site,
    )


def _say(ctx: Context) -> Callable[[str], str]:
    return translator(ctx.settings.locale).gettext


def _time(ctx: Context, moment: datetime) -> str:
    locale = ctx.settings.locale
    return format_datetime(moment.astimezone(ctx.settings.zone), MOMENT_FORMATS[locale], locale=locale)
