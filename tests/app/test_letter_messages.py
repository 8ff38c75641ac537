"""What a mail server receives: exactly the expected headers and one recipient, whatever people typed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engagement_widgets import Page, Settings
from engagement_widgets.app.doctor import examine
from engagement_widgets.app.smtp import MailAway, MailRefused, Smtp
from engagement_widgets.comments.fields import parse_email
from engagement_widgets.comments.letters.due import Notice
from engagement_widgets.comments.letters.message import Envelope, compose
from engagement_widgets.comments.letters.texts import Letter, confirmation_letter, decision_letter, reply_letter
from engagement_widgets.comments.states import Status
from engagement_widgets.errors import Invalid, SettingsError
from engagement_widgets.testing import FakeClock
from engagement_widgets.web.context import Context
from letterbox import PASSWORD, USER, Mailbox, open_guarded_mailbox, open_mailbox, text_of
from whole_site import BASE, KEY, open_site, site_settings

PAGE = Page(key="k", url="/tin", title="T")
CLOCK = FakeClock(datetime(2026, 7, 1, 2, 0, tzinfo=UTC))
SENDER = "Báo Vịnh Sao <binh-luan@bao.example>"
HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "MIME-Version",
    "Content-Type",
]
NOTICE = Notice(
    address="anh@thu.example",
    comment_id=UUID(int=1),
    name="Nguyễn Văn Ánh",
    body="Chợ",
    status=Status.REJECTED,
    note="Không đúng chủ đề",
    page_url="/tin",
    page_title="Chợ",
    page_locale=None,
    reply_id=UUID(int=2),
    reply_name="Hoa",
    others=1,
)
ODD = [
    *["\r\n", "\n", "\r", "\x00", "\u2028", "\x85", "\x0b", "\u202e", "Bcc: x@y.vn", "Subject: z", "=?utf-8?q?a?="],
    *["ế", ".", "--", " ", ": ", "<b>", "%s", "%(x)s", "x" * 900],
]
# Text that would end a header or begin another one, as well as anything at all.
TEXT = st.one_of(
    st.text(max_size=400),
    st.lists(st.sampled_from(ODD), max_size=12).map("".join),
)


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    """One server for all messages of this module."""
    with open_mailbox() as opened:
        yield opened


@pytest.fixture(scope="module")
def ctx(box: Mailbox, migrated_file: Path) -> Iterator[Context]:
    """The parts of a site that writes letters."""
    given = {"public_url": BASE, "smtp_url": box.url, "mail_from": SENDER}
    site = open_site(site_settings(f"sqlite:///{migrated_file}.letters", **given), CLOCK)
    yield site.ctx
    site.engagement.close()


def smtp_of(ctx: Context) -> Smtp:
    """What the site sends with."""
    assert ctx.settings.mail_server is not None
    return Smtp(ctx.settings.mail_server, "bao.example", CLOCK)


@settings(max_examples=60, deadline=None)
@given(name=TEXT, title=TEXT, text=TEXT, kind=st.sampled_from([confirmation_letter, decision_letter, reply_letter]))
@example(name="a\r\nBcc: b@c.vn\r\n\r\nx", title="t\nX-A: b", text="\r\n.\r\nQUIT\r\n", kind=decision_letter)
@example(name="\u202e", title="\x00" * 300, text="", kind=reply_letter)
def test_no_text_becomes_a_header_or_a_recipient(
    ctx: Context, box: Mailbox, name: str, title: str, text: str, kind: Callable[[Context, Notice], Letter]
) -> None:
    """Carriage returns, NUL, turned directions, huge texts: the server parses the headers that were meant."""
    notice = replace(NOTICE, name=name, page_title=title, body=text, note=text, reply_name=name)
    letter = kind(ctx, notice)
    html = ctx.templates.render("engagement/comments/letter.html", letter.locale, letter=letter)
    message = compose(letter, html, Envelope(sender=ctx.settings.mail_sender, id=UUID(int=9), at=CLOCK.now()))
    smtp = smtp_of(ctx)
    smtp.send(message, sender="binh-luan@bao.example", recipient=notice.address)
    got = box.received.pop()
    assert got.message.keys() == HEADERS
    assert (got.sender, got.recipients) == ("binh-luan@bao.example", [notice.address])
    assert got.message["From"] == SENDER
    assert got.message["To"] == notice.address
    assert got.message["Subject"] == letter.subject
    assert got.message["List-Unsubscribe"] == f"<{letter.unsubscribe}>"
    assert [part.get_content_type() for part in got.message.iter_parts()] == ["text/plain", "text/html"]
    assert letter.stop is not None
    assert letter.stop.url in text_of(got.message)
    assert "<b>" not in text_of(got.message, "html")
    assert "<script" not in text_of(got.message, "html")
    assert got.message.defects == []


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.emails(), st.text(min_size=1, max_size=30).map(lambda text: f"{text}@thu.example")))
@example("bạn@báo.example")
@example("a..b@thu.example")
@example("x\x85y@thu.example")
def test_every_address_the_form_takes_is_one_recipient_or_refused(ctx: Context, box: Mailbox, typed: str) -> None:
    """It is written to exactly as stored, or never: no address makes two recipients or an error that is tried again."""
    try:
        address = parse_email(typed)
    except Invalid:
        return
    if address is None:
        return
    letter = confirmation_letter(ctx, replace(NOTICE, address=address))
    try:
        message = compose(letter, "<p></p>", Envelope(sender=ctx.settings.mail_sender, id=UUID(int=9), at=CLOCK.now()))
        smtp_of(ctx).send(message, sender="binh-luan@bao.example", recipient=address)
    except (MailRefused, ValueError):
        return
    got = box.received.pop()
    assert got.recipients == [address]
    assert got.message.keys() == HEADERS


@pytest.mark.parametrize("implicit", [False, True])
def test_a_server_with_tls_and_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, implicit: bool) -> None:
    """Both ways of TLS, with a certificate that is checked, and a password that needs escaping in the address."""
    scheme, login = ("smtps", "") if implicit else ("smtp", "toa-soan:mat%20khau%3A%20100%25%3F@")
    with open_guarded_mailbox(tmp_path, implicit=implicit) as (box, certificate):
        made = Settings(
            secret_keys=(KEY,),
            public_url=BASE,
            mail_from=SENDER,
            smtp_url=f"{scheme}://{login}127.0.0.1:{box.port}",
        )
        assert made.mail_server is not None
        assert (made.mail_server.user, made.mail_server.password) == ((None, "") if implicit else (USER, PASSWORD))
        with pytest.raises(MailAway, match="SSLCertVerificationError"):
            Smtp(made.mail_server, "bao.example", CLOCK).check()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        Smtp(made.mail_server, "bao.example", CLOCK).check()
        if not implicit:
            with pytest.raises(MailAway) as refused:
                Smtp(replace(made.mail_server, password="khac"), "bao.example", CLOCK).check()
            assert "khac" not in str(refused.value)
    for told in (repr(made), repr(made.mail_server), str(made)):
        assert PASSWORD not in told
        assert "100%25" not in told


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example",
        "smtp://",
        "smtp://host:port",
        "smtp://h/path",
        "smtp://h?tls=maybe",
        "smtp://h?x=1",
        "smtps://h?tls=none",
        "smtp://me:geheim@h?tls=none",
        "smtp://me:geheim%E1%BA%AD@h",
    ],
)
def test_a_mail_server_that_cannot_work_is_told_without_its_password(url: str) -> None:
    """At once, naming the setting."""
    with pytest.raises(SettingsError, match="ENGAGEMENT_SMTP_URL") as refused:
        Settings(smtp_url=url, public_url=BASE, mail_from=SENDER)
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("sender", ["", "x", "a@b.vn, c@d.vn", "a@b.vn\nBcc: c@d.vn", "bạn@b.vn"])
def test_letters_need_one_sender_and_the_public_address(sender: str) -> None:
    """Without either no letter could be written."""
    with pytest.raises(SettingsError, match="ENGAGEMENT_MAIL_FROM"):
        Settings(smtp_url="smtp://h", public_url=BASE, mail_from=sender)
    with pytest.raises(SettingsError, match="ENGAGEMENT_PUBLIC_URL"):
        Settings(smtp_url="smtp://h", mail_from=SENDER)


def test_the_doctor_asks_the_mail_server(sqlite_url: str, box: Mailbox) -> None:
    """It says whether letters could be handed over, without sending one."""
    made = site_settings(sqlite_url, public_url=BASE, smtp_url=box.url, mail_from=SENDER)
    box.received.clear()
    found = examine(made)[-1]
    assert (found.good, "lets us in" in found.text, box.received) == (True, True, [])
    away = examine(made.model_copy(update={"smtp_url": "smtp://127.0.0.1:1?tls=none"}))[-1]
    assert (away.good, "refused" in away.text) == (False, True)
    assert "no letters" in examine(site_settings(sqlite_url))[-1].text
