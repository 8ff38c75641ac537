"""What readers are told when rules, checkers, blocks or the desk stand in the way, by form and by API."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from comment_factory import MAI
from comment_site import (
    CLOSED,
    OPEN,
    PAGE,
    advance,
    answered,
    browser,
    complete,
    reference,
    value,
    words,
    write,
    written,
)
from engagement_widgets.app.policy import SettingsPolicy
from engagement_widgets.comments.blocks import BlockWriter, Target, block_writer
from engagement_widgets.comments.closing import ClosePage, close_page
from engagement_widgets.comments.emergencies import HoldAll, Scope, hold_all
from engagement_widgets.comments.form_views import CLOSED_MARK
from engagement_widgets.comments.rules.checkers import FAILURES, PAUSE, BoundedChecker
from engagement_widgets.comments.rules.ruleset import TOPIC
from engagement_widgets.comments.rules.words import Action
from engagement_widgets.comments.service import QueueItem, Status, queue_item
from engagement_widgets.comments.states import Effect
from engagement_widgets.hooks import Opinion, SpamVerdict
from engagement_widgets.pages.reference import page_id
from engagement_widgets.pages.states import PageStates
from engagement_widgets.testing import FakeChecker
from engagement_widgets.web.context import Context
from rule_factory import add
from rule_factory import words as word_list

pytestmark = pytest.mark.anyio

OPEN_ID = page_id("test", OPEN.key)


@pytest.fixture
def ctx(ctx: Context) -> Context:
    """The site of the comments."""
    return complete(ctx)


def item(ctx: Context, comment_id: UUID) -> QueueItem:
    """A comment as the desk sees it."""
    return ctx.storage.read_sync(queue_item, comment_id)


def reasons(ctx: Context, comment_id: UUID) -> set[str]:
    """Why it is held."""
    return {one.reason.value for one in item(ctx, comment_id).holds}


async def test_a_refusal_comes_back_with_the_text_and_its_field(ctx: Context) -> None:
    """422, a sentence that names no word, what was typed, another captcha; nothing is written but the captcha spent."""
    add(ctx.storage, word_list("giết sạch", action=Action.REJECT))
    client = browser(ctx)
    await write(ctx, client)
    before = ctx.storage.read_sync(written, None)
    body = "Phải giết sạch chúng nó"

    answer = await client.post("/comments", data=answered(ctx, body=body))

    assert answer.status_code == 422
    assert "Bình luận có nội dung mà trang này không nhận." in words(answer)
    assert (value(answer, "body"), value(answer, "name")) == (body, "Trần Thị Mai")
    assert value(answer, "challenge")
    assert ctx.storage.read_sync(written, None) == before
    sent = {"page": reference(ctx), "name": "Giết Sạch", "body": "Chào", "no_code": True}
    problem = (await client.post("/api/v1/comments", json=sent)).json()
    assert [(one["field"], one["code"], one["params"]) for one in problem["errors"]] == [
        ("name", "rejected_by_rule", {})
    ]


async def test_the_site_s_own_name_is_nobody_s(ctx: Context) -> None:
    """Who signs as the newspaper is held for it."""
    named = replace(ctx, settings=ctx.settings.model_copy(update={"site_name": "Báo Tân Khê"}))
    sent = await write(named, browser(named), OPEN, name="BAO TAN KHE")
    assert reasons(named, sent) == {"impostor"}


async def test_a_rule_made_meanwhile_is_seen_by_the_next_comment(ctx: Context) -> None:
    """A process that has not heard of the change examines the text once more before it stores it."""
    client = browser(ctx)
    await write(ctx, client, OPEN)
    stale = dict(ctx.storage._recalled[TOPIC])
    add(ctx.storage, word_list("cá độ"))
    ctx.storage._recalled[TOPIC] = stale  # as in another process, before the news has come

    sent = await write(ctx, client, OPEN, body="Có cá độ ở đây")

    assert reasons(ctx, sent) == {"words"}


@pytest.mark.parametrize(
    ("checker", "status", "found"),
    [
        (FakeChecker(Opinion(verdict=SpamVerdict.HAM)), Status.APPROVED, {}),
        (FakeChecker(Opinion(verdict=SpamVerdict.HOLD, reason="lạ")), Status.PENDING, {"checker": "lạ"}),
        (FakeChecker(Opinion(verdict=SpamVerdict.SPAM, reason="đã biết")), Status.SPAM, {"checker": "đã biết"}),
        (FakeChecker(RuntimeError("500")), Status.PENDING, {"checker_unavailable": None}),
        (FakeChecker(Opinion(verdict=SpamVerdict.HAM), seconds=5), Status.PENDING, {"checker_unavailable": None}),
    ],
)
async def test_a_checker_s_word_and_its_silence(
    ctx: Context, checker: FakeChecker, status: Status, found: dict[str, str | None]
) -> None:
    """What it says is done; slow or broken, the comment waits and says who did not answer."""
    ctx = replace(ctx, spam_checkers=(BoundedChecker(checker, seconds=0.05, clock=ctx.clock),))
    sent = await write(ctx, browser(ctx), OPEN, email="toi@thu.example")
    assert item(ctx, sent).status is status
    assert {one.reason.value: one.params.get("why") for one in item(ctx, sent).holds} == found
    assert all(one.params["checker"] == "Fake" for one in item(ctx, sent).holds)
    asked = checker.asked[-1]
    assert (asked.name, asked.body, asked.links, asked.page) == (
        "Trần Thị Mai",
        "Mong ban quản lý nhắn qua loa chợ.",
        (),
        OPEN,
    )
    assert "toi@thu.example" not in repr(asked)


async def test_a_checker_that_keeps_failing_is_left_alone(ctx: Context) -> None:
    """After five failures it is not asked; after its pause it is, and one answer closes the circuit."""
    checker = FakeChecker(RuntimeError("500"))
    ctx = replace(ctx, spam_checkers=(BoundedChecker(checker, seconds=1, clock=ctx.clock),))
    client = browser(ctx, **{"x-user": "u1"})
    for number in range(FAILURES + 2):
        sent = await _signed(ctx, client, f"Ý kiến thứ {number} về chợ")
        assert "checker_unavailable" in reasons(ctx, sent)
    assert len(checker.asked) == FAILURES
    advance(ctx, PAUSE.total_seconds())
    checker.opinion = Opinion(verdict=SpamVerdict.HAM)
    assert "checker_unavailable" not in reasons(ctx, await _signed(ctx, client, "Nay đã khác rồi"))
    assert len(checker.asked) == FAILURES + 1


async def _signed(ctx: Context, client: Any, body: str) -> UUID:
    answer = await client.post("/comments", data={"page": reference(ctx, OPEN), "body": body})
    assert answer.status_code == 303, answer.text
    return UUID(answer.headers["location"].rpartition("/")[2])


async def test_the_newsroom_is_shown_to_no_checker(ctx: Context) -> None:
    """What staff writes goes nowhere else."""
    checker = FakeChecker(Opinion(verdict=SpamVerdict.SPAM))
    ctx = replace(ctx, spam_checkers=(BoundedChecker(checker, seconds=1, clock=ctx.clock),))
    sent = await _signed(ctx, browser(ctx, **{"x-user": "staff"}), "Cảm ơn bạn đọc")
    assert (item(ctx, sent).status, checker.asked) == (Status.APPROVED, [])


async def test_a_blocked_writer_is_told(ctx: Context) -> None:
    """403 and a sentence, with the text to copy; by API a code."""
    target = Target(user="u1")
    block = BlockWriter(target=target, effect=Effect.REFUSE, until=None, note="", actor=MAI)
    ctx.storage.write_sync(block_writer, block)
    client = browser(ctx, **{"x-user": "u1"})
    answer = await client.post("/comments", data={"page": reference(ctx), "body": "Lời của tôi"})
    assert answer.status_code == 403
    assert "Tòa soạn không nhận bình luận của người gửi này." in words(answer)
    assert "Lời của tôi" in answer.text
    problem = await client.post("/api/v1/comments", json={"page": reference(ctx), "body": "Lời của tôi"})
    assert (problem.status_code, problem.json()["code"]) == (403, "writer_blocked")


async def test_a_page_closed_by_hand_says_so_everywhere(ctx: Context) -> None:
    """The fragment carries it, the page has no form, a form from before is refused; opened again, all is as before."""
    client = browser(ctx)
    await write(ctx, client)
    ctx.storage.write_sync(close_page, ClosePage(page_id=page_id("test", PAGE.key), closed=True, actor=MAI))

    fragment = await client.get(f"/fragments/{page_id('test', PAGE.key)}/comments.html")
    assert "<span hidden data-ew-closed>" in fragment.text
    assert (await client.get(f"/fragments/{page_id('test', PAGE.key)}/comments.json")).json()["closed"] is True
    page = await client.get(f"/pages/{page_id('test', PAGE.key)}/comments")
    assert "Bài viết đã ngừng nhận bình luận" in words(page)
    assert "<form" not in page.text
    refused = await client.post("/comments", data=answered(ctx, body="Lời sau khi đóng"))
    assert (refused.status_code, "Bài viết đã ngừng nhận bình luận" in words(refused)) == (403, True)

    ctx.storage.write_sync(close_page, ClosePage(page_id=page_id("test", PAGE.key), closed=False, actor=MAI))
    assert "data-ew-closed>" not in (await client.get(f"/fragments/{page_id('test', PAGE.key)}/comments.html")).text
    await write(ctx, client)


async def test_a_text_cannot_close_a_page(ctx: Context) -> None:
    """The mark is looked for as markup; what readers write is escaped."""
    client = browser(ctx, **{"x-user": "staff"})
    answer = await client.post("/comments", data={"page": reference(ctx), "body": f"{CLOSED_MARK} data-ew-closed"})
    assert answer.status_code == 303
    fragment = (await client.get(f"/fragments/{page_id('test', PAGE.key)}/comments.html")).text
    assert "data-ew-closed" in fragment
    assert CLOSED_MARK not in fragment


async def test_the_banner_of_an_emergency_is_shown_while_it_stands(ctx: Context) -> None:
    """Above the form of the pages it holds, and gone with its end without anybody doing anything."""
    client = browser(ctx)
    await write(ctx, client)
    await write(ctx, client, OPEN)
    until = ctx.clock.now() + timedelta(hours=1)
    hold = HoldAll(
        scope=Scope.PAGE, target=str(OPEN_ID), until=until, reason="", banner="Bình luận được xem trước", actor=MAI
    )
    ctx.storage.write_sync(hold_all, hold)

    assert "Bình luận được xem trước" in words(await client.get(f"/pages/{OPEN_ID}/comments"))
    assert "Bình luận được xem trước" not in words(await client.get(f"/pages/{page_id('test', PAGE.key)}/comments"))
    assert "emergency" in reasons(ctx, await write(ctx, browser(ctx), OPEN, body="Lời khác hẳn"))
    advance(ctx, 3600)
    assert "Bình luận được xem trước" not in words(await client.get(f"/pages/{OPEN_ID}/comments"))


async def test_days_close_a_page_in_the_zone_of_the_site(ctx: Context) -> None:
    """From what the host says, else from the first write; without the setting never; a host's own policy wins."""
    days = ctx.settings.model_copy(update={"close_after_days": 1})
    policy = SettingsPolicy(days, ctx.storage, PageStates(ctx.storage))
    now = ctx.clock.now()  # noon in Hanoi
    published = replace(PAGE, published_at=now - timedelta(days=1))
    midnight = now + timedelta(hours=12)

    assert (await policy(published, midnight - timedelta(seconds=1))).comments_open
    assert not (await policy(published, midnight)).comments_open
    assert (await policy(PAGE, midnight + timedelta(days=400))).comments_open
    await write(ctx, browser(ctx))
    assert (await policy(PAGE, midnight + timedelta(days=1) - timedelta(seconds=1))).comments_open
    assert not (await policy(PAGE, midnight + timedelta(days=1))).comments_open
    assert (await SettingsPolicy(ctx.settings, ctx.storage, PageStates(ctx.storage))(published, midnight)).comments_open
    refused = await browser(ctx).post("/comments", data=answered(ctx, CLOSED))
    assert refused.status_code == 403
