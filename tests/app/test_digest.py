"""The digest over a real mail server: who is told of what, once an hour that is set, and nothing for nothing."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from comment_factory import MAI, OTHER_PAGE, PAGE, post
from engagement_widgets.app.digest import digesting
from engagement_widgets.app.postman import postman
from engagement_widgets.comments.cases.deciding import CaseDecision, DecideCase, decide_case
from engagement_widgets.comments.service import Decide, QueueQuery, Status, decide, queue
from engagement_widgets.desk.accounts import NewAccount, create_account
from engagement_widgets.hooks import Role
from engagement_widgets.storage.outbox import Outbox
from engagement_widgets.testing import FakeClock
from letterbox import Mailbox, open_mailbox, text_of
from whole_site import BASE, Site, open_site, site_settings

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A mail server that takes everything."""
    with open_mailbox() as opened:
        yield opened


@pytest.fixture
def site(sqlite_url: str, clock: FakeClock, box: Mailbox) -> Iterator[Site]:
    """A site that sends letters, of people with an address: of all sections, of one, shut out, and of links alone."""
    given = {"public_url": BASE, "smtp_url": box.url, "mail_from": "Báo <duyet@bao.example>", "site_name": "Vịnh Sao"}
    made = open_site(site_settings(sqlite_url, alerts_to=("truc@bao.example",), **given), clock)
    for login, role, sections in (
        ("ha", Role.ADMIN, None),
        ("hoa", Role.MODERATOR, frozenset({"the-thao"})),
        ("hung", Role.EDITOR, None),
    ):
        account = NewAccount(
            login=login,
            name=login.title(),
            role=role,
            password_hash="x",
            sections=sections,
            email=f"{login}@bao.example",
        )
        made.storage.write_sync(create_account, account)
    clock.advance(3 * 24 * 3600)
    deliver(made)
    box.received.clear()
    yield made
    made.engagement.close()


def deliver(site: Site) -> None:
    """Deliver what is due."""
    sender = postman(site.ctx)
    assert sender is not None
    while Outbox(site.storage).deliver_due(sender.deliver):
        pass


def call(site: Site) -> None:
    """Let the hour of the digest, which is nine o'clock here, be looked at twice."""
    (chore,) = digesting(HANOI, (9,))
    for _ in range(2):
        site.storage.write_sync(chore, None)
    deliver(site)


def test_everybody_is_told_of_their_sections_once(site: Site, box: Mailbox) -> None:
    """By section with the oldest age and ways in; whoever has nothing waiting in their sections gets no letter."""
    post(site.storage, page=PAGE)
    post(site.storage, page=OTHER_PAGE)
    call(site)
    assert sorted(letter.recipients[0] for letter in box.received) == ["ha@bao.example", "truc@bao.example"]
    told = text_of(box.received[0].message)
    assert f"{PAGE.section}: " in told
    assert "cũ nhất chờ" in told
    assert f"{BASE}/desk/queue" in told
    assert "1 hồ sơ khiếu nại đang mở." in told
    site.clock.advance(timedelta(hours=1))
    call(site)
    assert len(box.received) == 2


def test_nothing_is_sent_where_nothing_waits(site: Site, box: Mailbox) -> None:
    """Neither at the hour, nor without hours."""
    assert digesting(HANOI, ()) == ()
    for item in site.storage.read_sync(queue, QueueQuery(status=Status.PENDING, size=100)).items:
        made = Decide(comment_id=item.id, version=item.version, status=Status.SPAM, actor=MAI)
        site.storage.write_sync(decide, made)
    command = DecideCase(
        case_id=UUID(site.ids["case_id"][0]), version=1, decision=CaseDecision.UPHELD, actor=MAI, note="x"
    )
    site.storage.write_sync(decide_case, command)
    deliver(site)
    box.received.clear()
    call(site)
    assert box.received == []
