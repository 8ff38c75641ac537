"""The letter that takes a link to set a password to its receiver. Such a letter is asked for: nothing stops it."""

from typing import Final

from engagement_widgets.comments.letters.texts import Letter, LetterLink, one_line
from engagement_widgets.desk.accounts import Account
from engagement_widgets.desk.invitation_routes import INVITATION
from engagement_widgets.desk.invitations import LINK_LIFE, link_token, open_link
from engagement_widgets.errors import NotFound
from engagement_widgets.events import AccountInvited
from engagement_widgets.storage.units import Tx
from engagement_widgets.web.context import Context
from engagement_widgets.web.i18n import N_, translator

SUBJECT: Final = N_("Đặt mật khẩu bàn duyệt %(site)s")
GREETING: Final = N_("Kính gửi %(name)s,")
INVITED: Final = N_("Quản trị viên mời đặt mật khẩu cho tài khoản %(login)s tại bàn duyệt %(site)s.")
HOLDS: Final = N_("Liên kết dùng được một lần, trong %(days)s ngày.")
OPEN: Final = N_("Đặt mật khẩu")
WHY: Final = N_(
    "Thư này gửi vì quản trị viên đã ghi địa chỉ này cho tài khoản. Không mong đợi thư này: vui lòng bỏ qua."
)


def due_invitation(tx: Tx, event: AccountInvited) -> Account | None:
    """Who is to be written to, or None: the link is used, over or replaced by now."""
    try:
        account = open_link(tx, event.link_id)
    except NotFound:
        return None
    return account if account.email else None


def invitation_letter(ctx: Context, event: AccountInvited, account: Account) -> Letter:
    """The letter, in the site's language."""
    say = translator(ctx.settings.locale).gettext
    site = ctx.settings.site_name or ""
    address = INVITATION.replace("{invitation}", link_token(ctx.secrets, event.link_id))
    return Letter(
        address=account.email or "",
        locale=ctx.settings.locale,
        subject=one_line(say(SUBJECT) % {"site": site}, 200),
        greeting=say(GREETING) % {"name": one_line(account.name, 60)},
        before=(say(INVITED) % {"login": account.login, "site": site},),
        quote="",
        after=(say(HOLDS) % {"days": LINK_LIFE.days},),
        links=(LetterLink(label=say(OPEN), url=ctx.urls.public(address)),),
        why=say(WHY),
    )
