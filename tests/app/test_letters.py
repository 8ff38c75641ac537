"""Letters over a real mail server: to whom, when, how often, and what stops them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import anyio.to_thread
import pytest
from sqlalchemy import delete, select

from comment_factory import MAI, PAGE, approved, move, post
from engagement_widgets import Page
from engagement_widgets.app.delivery import Delivery
from engagement_widgets.app.postman import LETTER_LIFE, postman
from engagement_widgets.comments.letters.addresses import (
    ASKED_PER_NETWORK,
    UNCONFIRMED_LIFE,
    Proof,
    Subscription,
    address_hash,
    confirm,
    forget_unconfirmed,
)
from engagement_widgets.comments.letters.tables import addresses
from engagement_widgets.comments.service import (
    Author,
    Status,
    UndoDecision,
    Withdraw,
    undo_decision,
    withdraw_comment,
)
from engagement_widgets.desk.page_deeds import PageDeed, restore_page, withdraw_page
from engagement_widgets.hooks import Moderation
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.outbox import Outbox
from engagement_widgets.storage.tables import outbox
from engagement_widgets.storage.units import Tx
from engagement_widgets.testing import FakeClock
from letterbox import Mailbox, open_mailbox, text_of
from whole_site import BASE, Site, comment_fields, letter_token, open_site, site_settings, stranger

pytestmark = pytest.mark.anyio

PUBLIC = BASE
SENDER = "Báo Vịnh Sao <binh-luan@bao.example>"
MAIL = "anh@thu.example"
WINDOW = 600


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A mail server that takes everything."""
    with open_mailbox() as opened:
        yield opened


@contextmanager
def writing(url: str, clock: FakeClock, box: Mailbox, **values: Any) -> Iterator[Site]:
    """A filled site that sends letters, with nothing left to deliver."""
    given = {"public_url": PUBLIC, "smtp_url": box.url, "mail_from": SENDER, "site_name": "Báo Vịnh Sao"}
    site = open_site(site_settings(url, **given | values), clock)
    try:
        site.storage.write_sync(_no_reminders, None)
        clock.advance(WINDOW + 1)
        deliver(site)
        box.received.clear()
        box.asked = 0
        yield site
    finally:
        site.engagement.close()


def _no_reminders(tx: Tx, command: None) -> None:
    """The case of the site has two, which would wait among the letters."""
    del command
    tx.execute(delete(outbox).where(outbox.c.kind == "CaseDue"))


@pytest.fixture
def mailing(database_url: str, clock: FakeClock, box: Mailbox) -> Iterator[Site]:
    """A site that sends letters, on SQLite and on PostgreSQL."""
    with writing(database_url, clock, box) as site:
        yield site


@pytest.fixture
def mailing_embedded(sqlite_url: str, clock: FakeClock, box: Mailbox) -> Iterator[Site]:
    """The same for what does not depend on the database."""
    with writing(sqlite_url, clock, box) as site:
        yield site


def deliver(site: Site) -> None:
    """Deliver everything that is due, as the outbox thread does."""
    delivery = Delivery(site.ctx, None, postman(site.ctx))
    while Outbox(site.storage).deliver_due(delivery.deliver):
        pass


def after_window(site: Site) -> None:
    """Let the time to undo pass, and deliver."""
    site.clock.advance(WINDOW)
    deliver(site)


def confirmed(site: Site, address: str = MAIL, **values: Any) -> UUID:
    """A comment by somebody whose address is confirmed."""
    comment_id = post(site.storage, email=address, letters=Proof.TYPED, **values).comment_id
    asked = Subscription(address_hash=address_hash(address), comment_id=comment_id)
    site.storage.write_sync(confirm, asked)
    deliver(site)
    return comment_id


def take_back(site: Site, comment_id: UUID, reader: str) -> None:
    """Take a comment back as its author."""
    command = Withdraw(comment_id=comment_id, author=Author(readers=(reader,)), window=timedelta(minutes=15))
    site.storage.write_sync(withdraw_comment, command)


def waiting(tx: Tx, _: None) -> list[str]:
    """The kinds of the events that wait."""
    return sorted(tx.execute(select(outbox.c.kind)).scalars())


def known(tx: Tx, _: None) -> set[str]:
    """The hashes that stand for addresses."""
    return set(tx.execute(select(addresses.c.address_hash)).scalars())


def link(text: str, tail: str = "") -> str:
    """The first address in a letter that leads to its page, with what follows."""
    found = re.search(rf"{re.escape(PUBLIC)}(/letters/\S+)", text)
    assert found is not None, text
    return found[1] + tail


async def test_a_typed_address_gets_one_letter_that_asks(mailing: Site, box: Mailbox) -> None:
    """It says what it is and repeats nothing that was typed; further comments bring no second one, nor do decisions."""
    site = mailing
    spam = {"name": "Mua ngay re.example", "body": "Vay tiền nhanh tại re.example"}
    first = post(site.storage, email=MAIL, letters=Proof.TYPED, **spam).comment_id
    deliver(site)
    post(site.storage, email=MAIL.upper(), letters=Proof.TYPED)
    move(site.storage, first, Status.APPROVED)
    after_window(site)
    [letter] = box.received
    assert letter.recipients == [MAIL]
    assert letter.message["Subject"] == "Xác nhận nhận thư từ Báo Vịnh Sao"
    for text in (text_of(letter.message), text_of(letter.message, "html")):
        assert "Chợ Bến Đá" in text
        assert "re.example" not in text
    assert text_of(letter.message).startswith("Kính gửi bạn đọc,\n")


async def test_opening_the_link_confirms_nothing_the_button_does(mailing: Site, box: Mailbox) -> None:
    """Mail programs open links by themselves; afterwards a decision is told."""
    site = mailing
    comment_id = post(site.storage, email=MAIL, letters=Proof.TYPED).comment_id
    deliver(site)
    path = link(box.texts()[0])
    async with stranger(site.app) as reader:
        page = await reader.get(path)
        assert (page.status_code, "Xác nhận nhận thư" in page.text) == (200, True)
        move(site.storage, comment_id, Status.APPROVED)
        await anyio.to_thread.run_sync(after_window, site)
        assert len(box.received) == 1
        done = await reader.post(path + "/confirm")
        assert "Địa chỉ này nhận thư" in done.text
    move(site.storage, comment_id, Status.REJECTED, note="Có quảng cáo.")
    await anyio.to_thread.run_sync(after_window, site)
    assert len(box.received) == 2


async def test_a_decision_is_told_after_the_time_to_undo(mailing: Site, box: Mailbox) -> None:
    """Not a second earlier; approved with the permalink, rejected with the reason; spam and trash are not told."""
    site = mailing
    comment_id = confirmed(site, name="Nguyễn Văn Ánh", body="Dòng đầu\nDòng hai <b>")
    box.received.clear()
    move(site.storage, comment_id, Status.APPROVED)
    site.clock.advance(WINDOW - 1)
    deliver(site)
    assert box.received == []
    site.clock.advance(1)
    deliver(site)
    [letter] = box.received
    assert letter.message["Subject"] == "Bình luận đã được đăng: Chợ Bến Đá"
    text, html = text_of(letter.message), text_of(letter.message, "html")
    assert text.startswith("Kính gửi bạn đọc Nguyễn Văn Ánh,\n")
    assert "> Dòng đầu\n> Dòng hai <b>\n" in text
    assert "Dòng hai &lt;b&gt;" in html
    assert f"{PUBLIC}/c/{comment_id}" in text
    assert f'href="{PUBLIC}/c/{comment_id}"' in html
    for status in (Status.REJECTED, Status.SPAM, Status.DELETED, Status.PENDING):
        move(site.storage, comment_id, status, note="Không đúng chủ đề.")
        after_window(site)
    assert len(box.received) == 2
    assert "Lý do: Không đúng chủ đề." in box.texts()[1]
    assert f"{PUBLIC}/receipts/{comment_id}" in box.texts()[1]


async def test_undo_deletes_the_letter_in_its_transaction(mailing: Site, box: Mailbox) -> None:
    """Another decision does too: only what stands at the end is told, once."""
    site = mailing
    comment_id = confirmed(site)
    box.received.clear()
    decided = move(site.storage, comment_id, Status.REJECTED)
    assert "CommentDecided" in site.storage.read_sync(waiting, None)
    assert decided.undo_id is not None
    site.storage.write_sync(undo_decision, UndoDecision(undo_id=decided.undo_id, actor=MAI))
    assert "CommentDecided" not in site.storage.read_sync(waiting, None)
    after_window(site)
    assert box.received == []
    move(site.storage, comment_id, Status.REJECTED)
    move(site.storage, comment_id, Status.APPROVED)
    assert site.storage.read_sync(waiting, None).count("CommentDecided") == 1
    after_window(site)
    assert [letter.message["Subject"] for letter in box.received] == ["Bình luận đã được đăng: Chợ Bến Đá"]


async def test_what_its_author_takes_back_is_not_written_about(mailing: Site, box: Mailbox) -> None:
    """Neither the decision that waits, nor one made afterwards; a reply that is taken back is not told of."""
    site = mailing
    own = confirmed(site, reader="r:anh")
    gone = confirmed(site, reader="r:anh")
    move(site.storage, own, Status.APPROVED)
    after_window(site)
    box.received.clear()
    move(site.storage, gone, Status.APPROVED)
    take_back(site, gone, "r:anh")
    move(site.storage, gone, Status.REJECTED)
    reply = approved(site.storage, parent=own, reader="r:hoa")
    deliver(site)
    take_back(site, reply, "r:hoa")
    after_window(site)
    assert box.received == []


async def test_a_reply_is_told_when_it_can_no_longer_be_undone(mailing: Site, box: Mailbox) -> None:
    """To the author of the comment it answers; not one's own, nor one that was hidden or undone meanwhile."""
    site = mailing
    own = confirmed(site, reader="r:anh")
    move(site.storage, own, Status.APPROVED)
    after_window(site)
    box.received.clear()
    approved(site.storage, parent=own, reader="r:anh", body="Tự đáp lời")
    approved(site.storage, parent=own, email=MAIL, body="Tự đáp lời ở máy khác")
    undone = post(site.storage, parent=own, body="Duyệt nhầm").comment_id
    decided = move(site.storage, undone, Status.APPROVED)
    hidden = approved(site.storage, parent=own, body="Gỡ sau đó")
    reply = approved(site.storage, parent=own, name="Lê Thị Hoa", body="Cảm ơn bạn")
    deliver(site)
    assert site.storage.read_sync(waiting, None).count("ReplyPublished") == 3
    assert decided.undo_id is not None
    site.storage.write_sync(undo_decision, UndoDecision(undo_id=decided.undo_id, actor=MAI))
    move(site.storage, hidden, Status.SPAM)
    deliver(site)
    assert site.storage.read_sync(waiting, None).count("ReplyPublished") == 1
    assert box.received == []
    after_window(site)
    about_replies = "Có trả lời cho bình luận ở bài: Chợ Bến Đá"
    [letter] = [one for one in box.received if one.message["Subject"] == about_replies]
    assert "Lê Thị Hoa đã trả lời bình luận" in text_of(letter.message)
    assert "> Cảm ơn bạn" in text_of(letter.message)
    assert f"{PUBLIC}/c/{reply}" in text_of(letter.message)
    assert "trả lời khác" not in text_of(letter.message)


async def test_replies_of_a_withdrawn_page_are_not_told(mailing: Site, box: Mailbox) -> None:
    """Withdrawn before the reply's event is delivered, no letter is written down; withdrawn after, none is sent."""
    own = confirmed(mailing, reader="r:anh")
    move(mailing.storage, own, Status.APPROVED)
    after_window(mailing)
    box.received.clear()
    approved(mailing.storage, parent=own, body="Trước khi gỡ bài")
    deliver(mailing)
    assert mailing.storage.read_sync(waiting, None).count("ReplyPublished") == 1
    approved(mailing.storage, parent=own, body="Ngay trước khi gỡ bài")
    mailing.storage.write_sync(withdraw_page, PageDeed(page_id=page_id("test", PAGE.key), actor=MAI))
    deliver(mailing)
    assert mailing.storage.read_sync(waiting, None).count("ReplyPublished") == 1
    after_window(mailing)
    assert (box.received, mailing.storage.read_sync(waiting, None)) == ([], [])
    mailing.storage.write_sync(restore_page, PageDeed(page_id=page_id("test", PAGE.key), actor=MAI))
    approved(mailing.storage, parent=own, body="Bài hiện lại")
    deliver(mailing)
    after_window(mailing)
    assert "> Bài hiện lại" in text_of(box.received[-1].message)


async def test_a_hot_thread_sends_one_letter_an_hour(mailing: Site, box: Mailbox) -> None:
    """The first at once, the next after an hour, and it tells of all that came meanwhile."""
    site = mailing
    own = confirmed(site)
    move(site.storage, own, Status.APPROVED)
    after_window(site)
    box.received.clear()
    approved(site.storage, parent=own)
    after_window(site)
    assert len(box.received) == 1
    for _ in range(5):
        site.clock.advance(60)
        approved(site.storage, parent=own)
    after_window(site)
    assert len(box.received) == 1
    site.clock.advance(timedelta(hours=1))
    deliver(site)
    assert len(box.received) == 2
    assert "Và 4 trả lời khác." in box.texts()[1]
    assert site.storage.read_sync(waiting, None) == []


async def test_one_click_stops_everything_that_waits_too(mailing: Site, box: Mailbox) -> None:
    """A mail provider's POST has no cookie, no origin and a form of its own; GET changes nothing."""
    site = mailing
    comment_id = confirmed(site)
    move(site.storage, comment_id, Status.APPROVED)
    after_window(site)
    letter = box.received[-1].message
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = letter["List-Unsubscribe"].strip("<>")
    other = confirmed(site)
    move(site.storage, other, Status.APPROVED)
    box.received.clear()
    async with stranger(site.app) as provider:
        del provider.headers["sec-fetch-site"]
        assert "Ngừng mọi thư" in (await provider.get(url)).text
        for body in ({"data": {"List-Unsubscribe": "One-Click"}}, {"files": {"List-Unsubscribe": (None, "One-Click")}}):
            answer = await provider.post(url, **body)
            assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    await anyio.to_thread.run_sync(after_window, site)
    post(site.storage, email=MAIL, letters=Proof.TYPED)
    post(site.storage, email=MAIL, letters=Proof.HOST)
    site.clock.advance(timedelta(days=400))
    site.storage.write_sync(forget_unconfirmed, None)
    post(site.storage, email=MAIL, letters=Proof.TYPED)
    await anyio.to_thread.run_sync(deliver, site)
    assert box.received == []


async def test_one_comment_can_be_left_alone(mailing_embedded: Site, box: Mailbox) -> None:
    """Letters about the others go on, and it can be taken back."""
    site = mailing_embedded
    quiet, other = confirmed(site), confirmed(site)
    box.received.clear()
    path = f"/letters/{letter_token(site.ctx, MAIL, quiet)}"
    async with stranger(site.app) as reader:
        assert "Không còn thư về bình luận này" in (await reader.post(path + "/mute")).text
        for comment_id in (quiet, other):
            move(site.storage, comment_id, Status.APPROVED)
        await anyio.to_thread.run_sync(after_window, site)
        assert len(box.received) == 1
        assert str(other) in box.texts()[0]
        await reader.post(path + "/confirm")
    move(site.storage, quiet, Status.REJECTED)
    await anyio.to_thread.run_sync(after_window, site)
    assert len(box.received) == 2


async def test_an_address_nobody_confirms_is_forgotten(mailing: Site, box: Mailbox) -> None:
    """Its link then confirms nothing; typed again it is asked again; who says stop after that is heard for good."""
    site = mailing
    comment_id = post(site.storage, email=MAIL, letters=Proof.TYPED).comment_id
    deliver(site)
    site.clock.advance(UNCONFIRMED_LIFE + timedelta(seconds=1))
    site.storage.write_sync(forget_unconfirmed, None)
    assert address_hash(MAIL) not in site.storage.read_sync(known, None)
    path = f"/letters/{letter_token(site.ctx, MAIL, comment_id)}"
    async with stranger(site.app) as reader:
        assert (await reader.get(path)).status_code == 200
        assert (await reader.post(path + "/confirm")).status_code == 404
        post(site.storage, email=MAIL, letters=Proof.TYPED)
        await anyio.to_thread.run_sync(deliver, site)
        assert len(box.received) == 2
        site.clock.advance(UNCONFIRMED_LIFE + timedelta(seconds=1))
        site.storage.write_sync(forget_unconfirmed, None)
        assert (await reader.post(path + "/unsubscribe")).status_code == 200
    post(site.storage, email=MAIL, letters=Proof.TYPED)
    await anyio.to_thread.run_sync(deliver, site)
    assert len(box.received) == 2


async def test_one_network_cannot_write_to_many_strangers(mailing: Site, box: Mailbox) -> None:
    """Beyond its quota comments are taken as ever, and the addresses are not even noted."""
    site = mailing
    for number in range(ASKED_PER_NETWORK + 5):
        post(site.storage, email=f"la{number}@thu.example", letters=Proof.TYPED, address_hash="net", no_code=False)
    deliver(site)
    assert len(box.received) == ASKED_PER_NETWORK
    site.clock.advance(timedelta(hours=1))
    post(site.storage, email=f"la{ASKED_PER_NETWORK}@thu.example", letters=Proof.TYPED, address_hash="net")
    deliver(site)
    assert len(box.received) == ASKED_PER_NETWORK + 1


async def test_a_program_in_the_trap_writes_to_nobody(mailing_embedded: Site, box: Mailbox) -> None:
    """What fills in the hidden field gets no letter sent."""
    post(mailing_embedded.storage, email=MAIL, letters=Proof.TYPED, trapped=True)
    deliver(mailing_embedded)
    assert box.received == []


async def test_the_host_vouches_for_its_readers(mailing: Site, box: Mailbox) -> None:
    """An address from the host's identity is told at once; one that only was typed is not made so by typing."""
    comment_id = post(mailing.storage, email=MAIL, letters=Proof.HOST, reader="u:7").comment_id
    move(mailing.storage, comment_id, Status.APPROVED)
    after_window(mailing)
    assert [letter.message["Subject"] for letter in box.received] == ["Bình luận đã được đăng: Chợ Bến Đá"]


async def test_a_letter_speaks_the_language_of_its_page(mailing_embedded: Site, box: Mailbox) -> None:
    """And its links lead to pages that do."""
    page = Page(key="news/market", url="/news/chợ?a=1#top", title="The market", locale="en-GB")
    comment_id = confirmed(mailing_embedded, page=page, name="Anna")
    box.received.clear()
    move(mailing_embedded.storage, comment_id, Status.REJECTED, note="Off topic.")
    after_window(mailing_embedded)
    [text] = box.texts()
    assert text.startswith("Dear reader Anna,\n")
    assert "Reason: Off topic." in text
    assert "http://127.0.0.1/news/ch%E1%BB%A3?a=1#ew-comments" in text
    async with stranger(mailing_embedded.app) as reader:
        assert '<html lang="en"' in (await reader.get(link(text))).text


async def test_a_letter_waits_for_a_server_that_is_away(sqlite_url: str, clock: FakeClock) -> None:
    """Tried again with growing pauses, sent once it is back, and other events do not wait behind it."""
    with open_mailbox() as box:
        port = box.port
    with writing(sqlite_url, clock, box) as site:
        comment_id = post(site.storage, email=MAIL, letters=Proof.HOST).comment_id
        move(site.storage, comment_id, Status.APPROVED)
        after_window(site)
        assert site.storage.read_sync(waiting, None) == ["CommentDecided"]
        assert site.storage.read_sync(_errors, None) == ["MailAway: ConnectionRefusedError: Connection refused"]
        with open_mailbox(port) as back:
            clock.advance(1)
            deliver(site)
            assert back.received == []
            clock.advance(40)
            deliver(site)
            assert len(back.received) == 1
        assert site.storage.read_sync(waiting, None) == []


async def test_a_refusal_for_now_is_tried_again_with_the_same_id(mailing: Site, box: Mailbox) -> None:
    """451 to the recipient, then to the message, then it is taken: one letter."""
    comment_id = post(mailing.storage, email=MAIL, letters=Proof.HOST).comment_id
    move(mailing.storage, comment_id, Status.APPROVED)
    box.refusals.append("451 4.3.0 try later")
    box.data_refusals.append("452 4.2.2 full")
    after_window(mailing)
    assert (box.received, mailing.storage.read_sync(_errors, None)) == ([], ["MailAway: 451 4.3.0"])
    mailing.clock.advance(2)
    deliver(mailing)
    assert mailing.storage.read_sync(_errors, None) == ["MailAway: 452 4.2.2"]
    mailing.clock.advance(4)
    deliver(mailing)
    assert len(box.received) == 1
    assert box.asked == 3


@pytest.mark.parametrize("stage", ["recipient", "message"])
async def test_a_refusal_for_good_is_noted_and_not_tried_again(
    mailing: Site, box: Mailbox, caplog: pytest.LogCaptureFixture, stage: str
) -> None:
    """550 ends it, also for the letters after it, until the address has been forgotten; no log names the address."""
    (box.refusals if stage == "recipient" else box.data_refusals).append(f"550 5.1.1 <{MAIL}> is nobody")
    comment_id = post(mailing.storage, email=MAIL, letters=Proof.HOST).comment_id
    move(mailing.storage, comment_id, Status.APPROVED)
    after_window(mailing)
    assert mailing.storage.read_sync(waiting, None) == []
    assert "550 5.1.1" in caplog.text
    assert MAIL not in caplog.text
    move(mailing.storage, comment_id, Status.REJECTED)
    after_window(mailing)
    assert (box.received, box.asked) == ([], 1)
    mailing.clock.advance(UNCONFIRMED_LIFE + timedelta(seconds=1))
    mailing.storage.write_sync(forget_unconfirmed, None)
    assert address_hash(MAIL) not in mailing.storage.read_sync(known, None)


async def test_a_crash_after_sending_sends_the_same_letter_again(mailing: Site, box: Mailbox) -> None:
    """Never a lost one; the second carries the id of the first, by which mail programs know it."""
    comment_id = post(mailing.storage, email=MAIL, letters=Proof.HOST).comment_id
    move(mailing.storage, comment_id, Status.APPROVED)
    deliver(mailing)
    mailing.clock.advance(WINDOW)
    sender = Delivery(mailing.ctx, None, postman(mailing.ctx))

    def dies(event: Any) -> None:
        sender.deliver(event)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Outbox(mailing.storage).deliver_due(dies)
    mailing.clock.advance(61)
    deliver(mailing)
    first, second = (letter.message["Message-ID"] for letter in box.received)
    assert first == second


async def test_a_letter_that_is_too_old_is_given_up(mailing_embedded: Site, box: Mailbox) -> None:
    """After days without a server it would tell nothing new."""
    comment_id = post(mailing_embedded.storage, email=MAIL, letters=Proof.HOST).comment_id
    move(mailing_embedded.storage, comment_id, Status.APPROVED)
    mailing_embedded.clock.advance(LETTER_LIFE + timedelta(seconds=WINDOW + 1))
    deliver(mailing_embedded)
    assert (box.received, mailing_embedded.storage.read_sync(waiting, None)) == ([], [])


async def test_without_a_mail_server_nothing_is_noted_or_promised(site: Site) -> None:
    """The form says only that an address is not shown; a comment with one leaves no row and no event."""
    before = site.storage.read_sync(known, None)
    widgets = str((await site.engagement.widgets(PAGE)).comments)
    assert "Không hiển thị công khai" in widgets
    assert "Nhận thư" not in widgets
    async with stranger(site.app) as reader:
        answer = await reader.post("/comments", data=comment_fields(site.ctx, email=MAIL))
        assert answer.status_code == 303
    move(site.storage, UUID(answer.headers["location"].rpartition("/")[2]), Status.APPROVED)
    assert site.storage.read_sync(known, None) == before
    assert "CommentDecided" not in site.storage.read_sync(waiting, None)


async def test_the_form_and_its_post_ask_for_letters(mailing_embedded: Site, box: Mailbox) -> None:
    """What the form promises, the post does."""
    site = mailing_embedded
    assert "sau khi xác nhận qua thư đầu tiên" in str((await site.engagement.widgets(PAGE)).comments)
    async with stranger(site.app) as reader:
        answer = await reader.post("/comments", data=comment_fields(site.ctx, email=MAIL))
        assert answer.status_code == 303
    await anyio.to_thread.run_sync(deliver, site)
    assert [letter.recipients for letter in box.received] == [[MAIL]]


async def test_a_reply_published_at_once_is_told_too(mailing_embedded: Site, box: Mailbox) -> None:
    """Where nothing holds comments first, the reply still waits for the time in which it may be taken down."""
    site = mailing_embedded
    own = confirmed(site)
    move(site.storage, own, Status.APPROVED)
    after_window(site)
    box.received.clear()
    post(site.storage, parent=own, moderation=Moderation.POST, is_staff=True, body="Tòa soạn xin cảm ơn")
    deliver(site)
    assert box.received == []
    after_window(site)
    assert "Tòa soạn xin cảm ơn" in box.texts()[0]


@pytest.mark.parametrize("token", ["x", "", "%00", "é" * 40])
async def test_a_link_that_was_cut_is_told_so(mailing_embedded: Site, token: str) -> None:
    """404 in words, whatever is left of it, and nothing written."""
    good = letter_token(mailing_embedded.ctx, MAIL, UUID(int=1))
    async with stranger(mailing_embedded.app) as reader:
        for address in (f"/letters/{token or good[:-3]}", f"/letters/{token or good[:-3]}/unsubscribe"):
            assert (await reader.get(address)).status_code == 404
        assert (await reader.post(f"/letters/{token or good[:-3]}/unsubscribe")).status_code == 404
    assert address_hash(MAIL) not in mailing_embedded.storage.read_sync(known, None)


def _errors(tx: Tx, _: None) -> list[str | None]:
    return list(tx.execute(select(outbox.c.last_error)).scalars())
