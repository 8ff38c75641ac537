"""Letters about cases and waves over a real mail server: to who complained, and to the newsroom."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from comment_factory import LAN, approved
from engagement_widgets.app.delivery import Delivery
from engagement_widgets.app.postman import LETTER_LIFE, postman
from engagement_widgets.comments.brake import Pull, pull
from engagement_widgets.comments.cases.deciding import CaseDecision, DecideCase, decide_case
from engagement_widgets.comments.cases.opening import Opened, reminders
from engagement_widgets.comments.emergencies import Scope
from engagement_widgets.storage.outbox import Outbox
from engagement_widgets.testing import FakeClock
from judgement_factory import opened
from letterbox import Mailbox, open_mailbox
from whole_site import BASE, Site, open_site, site_settings

SENDER = "Báo Vịnh Sao <binh-luan@bao.example>"
DESK = ("truc@bao.example", "tkts@bao.example")


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A mail server that takes everything."""
    with open_mailbox() as opened_box:
        yield opened_box


@pytest.fixture
def site(database_url: str, clock: FakeClock, box: Mailbox) -> Iterator[Site]:
    """A site that sends letters, on both databases, with nothing left to deliver."""
    given = {"public_url": BASE, "smtp_url": box.url, "mail_from": SENDER, "site_name": "Báo Vịnh Sao"}
    made = open_site(site_settings(database_url, alerts_to=DESK, **given), clock)
    clock.advance(3 * 24 * 3600)
    deliver(made)
    box.received.clear()
    yield made
    made.engagement.close()


def deliver(site: Site) -> None:
    """Deliver everything that is due, as the outbox thread does."""
    delivery = Delivery(site.ctx, None, postman(site.ctx))
    while Outbox(site.storage).deliver_due(delivery.deliver):
        pass


def close(site: Site, case: Opened, decision: CaseDecision) -> None:
    """Decide a case."""
    command = DecideCase(case_id=case.case_id, version=1, decision=decision, actor=LAN, note="Đã đối chiếu")
    site.storage.write_sync(decide_case, command)


@pytest.mark.parametrize(
    ("decision", "said"),
    [(CaseDecision.UPHELD, "đã chấp nhận khiếu nại"), (CaseDecision.REJECTED, "không chấp nhận khiếu nại")],
)
def test_who_complained_learns_the_decision_once(site: Site, box: Mailbox, decision: CaseDecision, said: str) -> None:
    """By the address that was given, with the reason and what was complained of; without an address nobody is told."""
    case = opened(site.storage, approved(site.storage))
    silent = opened(site.storage, approved(site.storage), email=None, phone="0912345678")
    close(site, case, decision)
    close(site, silent, decision)
    deliver(site)
    deliver(site)
    (letter,) = box.received
    assert letter.recipients == ["mai@thu.example"]
    assert str(letter.message["Subject"]) == f"Kết quả giải quyết khiếu nại {case.number}"
    (text,) = box.texts()
    for part in (said, "Lý do: Đã đối chiếu", "> Bình luận bịa đặt về gia đình tôi.", "Kính gửi Trần Thị Mai,"):
        assert part in text
    assert "List-Unsubscribe" not in letter.message


def test_the_newsroom_is_reminded_before_the_deadline(site: Site, box: Mailbox, clock: FakeClock) -> None:
    """Each address 12 and 2 hours before, with the way to the case; of a case that is decided nobody is reminded."""
    case = opened(site.storage, approved(site.storage))
    done = opened(site.storage, approved(site.storage))
    close(site, done, CaseDecision.REJECTED)
    deliver(site)
    box.received.clear()
    told = []
    for hours in (11, 1, 9, 1, 2):
        clock.advance(hours * 3600)
        deliver(site)
        told.append([one.recipients[0] for one in box.received])
        box.received.clear()
    assert told == [[], [*DESK], [], [*DESK], []]
    assert case.number


def test_a_short_deadline_reminds_in_its_middle(clock: FakeClock) -> None:
    """One of an hour leaves neither twelve nor two hours."""
    now = clock.now()
    assert reminders(now, now + timedelta(hours=1)) == (now + timedelta(minutes=30),)
    assert reminders(now, now + timedelta(hours=6)) == (now + timedelta(hours=4),)


def test_one_letter_of_a_wave_reaches_each_address(site: Site, box: Mailbox, clock: FakeClock) -> None:
    """Two brakes in a row are one wave; each letter has an id of its own; days later it is given up."""
    for target in site.ids["page_id"]:
        site.storage.write_sync(
            pull, Pull(scope=Scope.PAGE, target=target, cause="comments", count=412, usual=3, minutes=10)
        )
    deliver(site)
    assert [one.recipients[0] for one in box.received] == [*DESK]
    assert len({str(one.message["Message-ID"]) for one in box.received}) == 2
    assert "412 bình luận đến trong 10 phút" in box.texts()[0]
    box.received.clear()
    clock.advance(2 * 3600)
    site.storage.write_sync(pull, Pull(scope=Scope.SITE, target="", cause="captcha", count=70, usual=1, minutes=10))
    clock.advance(LETTER_LIFE.total_seconds() + 3600)
    deliver(site)
    assert box.received == []
