"""What every page of the desk says while something is held as a whole, by hand or by the brake."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from engagement_widgets.comments.emergencies import TOPIC, Emergency, Scope, list_emergencies
from engagement_widgets.hooks import DeskUser
from engagement_widgets.pages.service import PageRow, find_pages
from engagement_widgets.storage.units import Tx
from engagement_widgets.web.context import Context
from engagement_widgets.web.i18n import N_, translator

_SCOPES = {
    Scope.SITE: N_("Tạm giữ toàn bộ trang"),
    Scope.SECTION: N_("Tạm giữ toàn bộ chuyên mục %(name)s"),
    Scope.PAGE: N_("Tạm giữ toàn bộ bài “%(name)s”"),
}
_BRAKES = {
    Scope.SITE: N_("Phanh tự động trên toàn trang"),
    Scope.PAGE: N_("Phanh tự động ở bài “%(name)s”"),
}
_CAUSES = {
    "comments": N_("bình luận đến %(count)s trong %(minutes)s phút, thường lệ %(usual)s"),
    "captcha": N_("mã xác thực sai %(count)s lượt trong %(minutes)s phút, thường lệ %(usual)s"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLine:
    """A hold that stands, in words: what is held, why, by whom, since when, until when. See `comments.emergencies`."""

    hold: Emergency
    what: str
    why: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A hold with the page that it is about, where it is about one."""

    hold: Emergency
    page: PageRow | None

    def is_seen_by(self, user: DeskUser) -> bool:
        """Whether it concerns what this person looks after."""
        if self.hold.scope is Scope.SITE:
            return True
        section = self.hold.target if self.page is None else self.page.page.section
        return user.covers(section)


def load_standing(tx: Tx, command: None = None) -> tuple[Standing, ...]:
    """Every hold, newest first, with its page; whether its time is over is for its reader to tell."""
    holds = list_emergencies(tx, command)
    pages = find_pages(tx, [UUID(hold.target) for hold in holds if hold.scope is Scope.PAGE])
    return tuple(
        Standing(hold=hold, page=pages.get(UUID(hold.target)) if hold.scope is Scope.PAGE else None) for hold in holds
    )


async def hold_lines(ctx: Context, user: DeskUser, locale: str) -> tuple[HoldLine, ...]:
    """The holds that stand at this moment and concern this person; asked of memory, for every page of the desk."""
    now = ctx.clock.now()
    await ctx.storage.poll()  # a colleague may be served by another process
    found = await ctx.storage.recall(load_standing, TOPIC)
    return tuple(_line(one, locale) for one in found if now < one.hold.until and one.is_seen_by(user))


def _line(one: Standing, locale: str) -> HoldLine:
    say = translator(locale).gettext
    hold = one.hold
    name = hold.target if one.page is None else one.page.page.title or one.page.page.key
    words = _BRAKES if hold.automatic else _SCOPES
    why = hold.reason
    if hold.figures is not None:
        why = say(_CAUSES[hold.figures["cause"]]) % hold.figures
    return HoldLine(hold=hold, what=say(words[hold.scope]) % {"name": name}, why=why, until=hold.until)
