"""What is said after a decision about a pile of similar comments."""

from uuid import UUID

from babel.numbers import format_decimal
from starlette.requests import Request

from engagement_widgets.comments.queue.deciding import OpenPile, open_pile
from engagement_widgets.comments.service import Status
from engagement_widgets.desk.toasts import Toast, minutes_left
from engagement_widgets.web.context import Context
from engagement_widgets.web.i18n import N_, translator

_OUTCOMES = {
    Status.PENDING: N_("Đã đưa %(count)s bình luận của nhóm về chờ duyệt."),
    Status.APPROVED: N_("Đã duyệt %(count)s bình luận của nhóm."),
    Status.REJECTED: N_("Đã từ chối %(count)s bình luận của nhóm."),
    Status.SPAM: N_("Đã đánh dấu %(count)s bình luận của nhóm là spam."),
    Status.DELETED: N_("Đã chuyển %(count)s bình luận của nhóm vào thùng rác."),
}
_MOST_DIGITS = 6


async def pile_toast(ctx: Context, request: Request, locale: str) -> Toast | None:
    """What an address says was done to a pile.

    `pile`: an undo's id; `unpiled`: how many were taken back; `left`: how many stayed as they were.
    """
    asked, translate = request.query_params, translator(locale).gettext
    left = _number(asked.get("left"))
    stayed = translate(N_("%(count)s bình luận giữ nguyên vì đang có khiếu nại hoặc vừa được xử lý.")) % {"count": left}
    parts = [stayed] if left else []
    if (undo_id := _uuid(asked.get("pile"))) is not None:
        found = await ctx.storage.read(open_pile, undo_id)
        if found is None:
            return None
        return _done(found, undo_id, ctx, [_counted(translate(_OUTCOMES[found.status]), found.count, locale), *parts])
    if (unpiled := _number(asked.get("unpiled"))) is not None:
        said = translate(N_("Đã hoàn tác, %(count)s bình luận trở lại như trước."))
        return Toast(text=" ".join([_counted(said, unpiled, locale), *parts]))
    return Toast(text=stayed, warns=True) if left else None


def _done(found: OpenPile, undo_id: UUID, ctx: Context, parts: list[str]) -> Toast:
    return Toast(
        text=" ".join(parts),
        undo_id=undo_id,
        expires_at=found.expires_at,
        minutes=minutes_left(found.expires_at, ctx.clock.now()),
        of_pile=True,
    )


def _counted(said: str, count: int, locale: str) -> str:
    return said % {"count": format_decimal(count, locale=locale)}


def _uuid(raw: str | None) -> UUID | None:
    try:
        return UUID(raw or "")
    except ValueError:
        return None


def _number(raw: str | None) -> int | None:
    if raw is None or not raw.isascii() or not raw.isdecimal() or len(raw) > _MOST_DIGITS:
        return None
    return int(raw)
