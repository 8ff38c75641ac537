"""Links to set a password by mail: to the address of the account, while they hold, with nothing to unsubscribe from."""

import re
from collections.abc import Iterator

import pytest

from desk_factory import PASSWORD
from engagement_widgets.app.postman import postman
from engagement_widgets.desk.accounts import find_login
from engagement_widgets.desk.invitations import AcceptLink, Invite, accept_link, invite
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.storage.outbox import Outbox
from engagement_widgets.testing import FakeClock
from letterbox import Mailbox, open_mailbox, text_of
from whole_site import BASE, Site, moderator, open_site, site_settings, stranger

pytestmark = pytest.mark.anyio

BOSS = DeskUser(id="boss", name="Boss", role=Role.ADMIN)
NEW = {"name": "Hoa", "login": "hoa", "role": "editor", "email": "hoa@bao.example", "by": "link"}


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A mail server that takes everything."""
    with open_mailbox() as opened:
        yield opened


@pytest.fixture
def mailing(sqlite_url: str, clock: FakeClock, box: Mailbox) -> Iterator[Site]:
    """A site that sends letters, with nothing left to deliver."""
    settings = site_settings(
        sqlite_url,
        public_url=BASE,
        smtp_url=box.url,
        mail_from="Báo Vịnh Sao <duyet@bao.example>",
        site_name="Vịnh Sao",
    )
    site = open_site(settings, clock)
    clock.advance(601)
    _deliver(site)
    box.received.clear()
    yield site
    site.engagement.close()


def _deliver(site: Site) -> None:
    sender = postman(site.ctx)
    assert sender is not None
    Outbox(site.storage).deliver_due(sender.deliver)


async def test_an_invitation_is_sent_to_its_address(mailing: Site, box: Mailbox) -> None:
    """One letter; its link is the one the admin saw, and sets the password."""
    async with moderator(mailing) as admin:
        mailing.clock.advance(-601)  # the admin's password was shown just before
        page = await admin.post("/desk/people", data=NEW)
    assert "Liên kết cũng đã được gửi tới hoa@bao.example." in page.text
    _deliver(mailing)
    (got,) = box.received
    assert got.recipients == ["hoa@bao.example"]
    assert got.message["Subject"] == "Đặt mật khẩu bàn duyệt Vịnh Sao"
    assert got.message["List-Unsubscribe"] is None
    link = re.search(r"http://\S+/desk/invitations/\S+", text_of(got.message))
    assert link
    assert link[0] in page.text
    assert link[0] in text_of(got.message, "html")
    async with stranger(mailing.app) as guest:
        done = await guest.post(link[0], data={"new_password": PASSWORD, "again": PASSWORD})
        assert done.status_code == 303


async def test_a_link_that_is_over_is_not_sent(mailing: Site, box: Mailbox) -> None:
    """Used or replaced before the letter went out; and without an address there is no letter."""
    async with moderator(mailing) as admin:
        mailing.clock.advance(-601)
        await admin.post("/desk/people", data=NEW)
        await admin.post("/desk/people", data=NEW | {"login": "mai.hoa", "email": ""})
    account = mailing.storage.read_sync(find_login, "hoa")
    command = Invite(account_id=account.id, actor=BOSS)
    link = mailing.storage.write_sync(invite, command).link_id
    mailing.storage.write_sync(accept_link, AcceptLink(link_id=link, password_hash="h"))
    _deliver(mailing)
    assert box.received == []
