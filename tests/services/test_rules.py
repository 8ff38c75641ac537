"""What holds a comment back: each kind of rule both ways, in order, with rule, version and span."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from authoring_factory import edit, take_back
from comment_factory import MAI, OTHER_PAGE, PAGE, approved, examined, move, post, submission
from engagement_widgets.comments.queue.views import HeldView
from engagement_widgets.comments.rules.case import Case
from engagement_widgets.comments.rules.editing import Deed, OrderRules, order_rules
from engagement_widgets.comments.rules.judging import RulesChanged, judge, replace_holds
from engagement_widgets.comments.rules.rule import Field, Finding
from engagement_widgets.comments.rules.words import Action
from engagement_widgets.comments.sending import body_hash
from engagement_widgets.comments.service import HeldReason, Status, queue_item, submit_comment
from engagement_widgets.comments.tables import comments
from engagement_widgets.errors import Invalid
from engagement_widgets.hooks import Moderation
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock
from rule_factory import add, change, one, rules_of, words
from statements import statements

PAGE_ID = page_id("test", PAGE.key)
LONG = "Chúc mừng đội bóng tỉnh nhà đã có một trận đấu thật hay và xứng đáng chiến thắng"


def published(storage: Storage, **values: Any) -> UUID:
    """Post where the page publishes first, with the rules as they stand."""
    return post(storage, moderation=Moderation.POST, **{"rules": rules_of(storage), **values}).comment_id


def held(storage: Storage, comment_id: UUID) -> list[HeldView]:
    """Why a comment is held."""
    return list(storage.read_sync(queue_item, comment_id).holds)


def reasons(storage: Storage, comment_id: UUID) -> set[str]:
    """The reasons alone."""
    return {hold.reason.value for hold in held(storage, comment_id)}


def count(tx: Tx, _: None) -> int:
    """How many comments there are."""
    return int(tx.execute(select(func.count()).select_from(comments)).scalar_one())


def test_a_verdict_tells_rule_version_field_and_span(storage: Storage) -> None:
    """Of each match a row, and the span cuts the very words out of the stored text."""
    rule = add(storage, words("cá độ", "lô đề")).rules[0]
    change(storage, rule.id, note="hai từ")
    body = "Ở đây có cá độ, lại cả lô đề nữa"

    found = held(storage, published(storage, body=body))

    assert [(one.rule, one.rule_version, one.field) for one in found] == [(rule.id, 2, "body")] * 2
    assert [body[slice(*one.span)] for one in found if one.span] == ["cá độ", "lô đề"]
    assert found[0].params == {"rule": "Cờ bạc"}


def test_each_field_is_looked_at_by_itself(storage: Storage) -> None:
    """A list for names leaves texts alone; one for links looks into addresses, and its span lies in the text."""
    add(storage, words("casino", fields=(Field.NAME,), name="Tên"))
    add(storage, words("bet88", fields=(Field.LINKS,), name="Liên kết", entry={"scope": "part"}))
    change(storage, "has_links", enabled=False)

    assert reasons(storage, published(storage, body="Nhà mới mở là casino sao?")) == set()
    assert reasons(storage, published(storage, name="Casino")) == {"words"}
    assert reasons(storage, published(storage, body="bet88 là gì vậy?")) == set()
    body = "Xem ở bet88.com nhé"
    found = held(storage, published(storage, body=body))
    assert [(one.field, body[slice(*one.span)]) for one in found if one.span] == [("links", "bet88")]


def test_spam_is_stored_as_spam_and_a_refusal_writes_nothing(storage: Storage) -> None:
    """The strongest action counts; a refusal names the field and not the word."""
    add(storage, words("cá độ", name="Giữ"), words("nhà cái uy tín", name="Spam", action=Action.SPAM))
    add(storage, words("giết sạch", name="Từ chối", action=Action.REJECT))

    both = published(storage, body="Cá độ ở nhà cái uy tín")
    assert storage.read_sync(queue_item, both).status is Status.SPAM
    assert {one.params["rule"] for one in held(storage, both)} == {"Giữ", "Spam"}

    before = storage.read_sync(count, None)
    for values, field in (({"body": "Phải giết sạch chúng nó"}, "body"), ({"name": "Giết sạch"}, "name")):
        with pytest.raises(Invalid) as refused:
            published(storage, **values)
        assert [(error.field, error.code, dict(error.params)) for error in refused.value.errors] == [
            (field, "rejected_by_rule", {})
        ]
    assert storage.read_sync(count, None) == before


def test_the_order_decides_which_refusal_is_told(storage: Storage) -> None:
    """Two rules refuse, one for the name and one for the text: the first in the order speaks."""
    added = add(
        storage,
        words("xấu xa", name="Tên", fields=(Field.NAME,), action=Action.REJECT),
        words("tồi tệ", name="Nội dung", fields=(Field.BODY,), action=Action.REJECT),
    )

    def told() -> str:
        with pytest.raises(Invalid) as refused:
            published(storage, name="Xấu xa", body="Thật tồi tệ")
        return refused.value.errors[0].field

    assert told() == "name"
    ids = [rule.id for rule in rules_of(storage).rules]
    turned = [*ids[:-2], ids[-1], ids[-2]]
    storage.write_sync(order_rules, OrderRules(ids=turned, version=added.version, deed=Deed(actor=MAI)))
    assert told() == "body"


@pytest.mark.parametrize(
    ("kind", "touched", "clean"),
    [
        ("has_links", {"body": "Xem https://a.example/x"}, {"body": "Không có gì để xem"}),
        ("personal_data", {"body": "Gọi cho tôi số 0912345678 nhé"}, {"body": "Giá 45.000 đồng một cân"}),
        ("impostor", {"name": "Toà Soạn"}, {"name": "Nguyễn Văn Toàn"}),
        ("no_code", {"no_code": True}, {}),
        ("hasty", {"hasty": True}, {}),
        ("no_work", {"no_work": True}, {}),
        ("trap", {"trapped": True}, {}),
    ],
)
def test_built_in_rules_hold_what_they_name_and_nothing_else(
    storage: Storage, kind: str, touched: dict[str, Any], clean: dict[str, Any]
) -> None:
    """Each alone; switched off, it no longer holds; as a spam rule, it sends to spam."""
    assert reasons(storage, published(storage, **touched)) == {kind}
    assert reasons(storage, published(storage, **clean)) == set()
    change(storage, kind, action="spam")
    assert storage.read_sync(queue_item, published(storage, **touched)).status is Status.SPAM
    change(storage, kind, enabled=False)
    assert kind not in reasons(storage, published(storage, **touched))


def test_links_are_held_from_as_many_as_the_rule_says(storage: Storage) -> None:
    """Two are still free where three are asked for; the reason tells how many there are."""
    change(storage, "has_links", params={"least": 3})
    assert reasons(storage, published(storage, body="a.vn b.vn")) == set()
    found = held(storage, published(storage, body="a.vn b.vn c.vn d.vn"))
    assert {(one.reason, one.params["count"]) for one in found} == {(HeldReason.HAS_LINKS, 4)}


def test_the_site_allows_its_own_hotline(storage: Storage) -> None:
    """A number on the list of the rule is no personal data."""
    change(storage, "personal_data", params={"allowed": ["0912 345 678", "0912345678"]})
    assert reasons(storage, published(storage, body="Đường dây nóng 0912345678")) == set()
    assert reasons(storage, published(storage, body="Gọi tôi 0987654321")) == {"personal_data"}


def test_two_readers_with_the_same_wish_are_grouped(storage: Storage) -> None:
    """Nearly the same text waits with the first of its kind as `of`; nobody is refused."""
    first = published(storage, body=LONG, compared=True)
    second = published(storage, body=LONG.upper() + "!!!", compared=True)
    third = published(storage, body=LONG.replace("chiến thắng", "chiến thắng 🎉"), compared=True)
    other = published(storage, body="Đường qua xã tôi hai năm nay vẫn chưa ai sửa lại lấy một lần", compared=True)

    groups = [{one.params["of"] for one in held(storage, one)} for one in (second, third)]
    assert groups == [{str(first)}] * 2
    assert reasons(storage, third) <= {"similar", "duplicate"}
    assert reasons(storage, first) == reasons(storage, other) == set()


def test_an_edited_comment_is_repeated_by_its_new_text_alone(storage: Storage) -> None:
    """A text like the new one waits with it; one like the former is nobody's repeat, until the former comes back."""
    new = "Đường qua xã tôi hai năm nay vẫn chưa ai sửa lại lấy một lần"
    mine = published(storage, body=LONG, compared=True, reader="r:me")

    def becomes(body: str) -> None:
        looked = examined("Nguyễn Văn Ánh", body, rules_of(storage), compared=True)
        edit(storage, mine, body, examined=looked, moderation=Moderation.POST)

    def repeated(comment_id: UUID) -> list[object]:
        return [one.params["of"] for one in held(storage, comment_id) if one.reason is HeldReason.SIMILAR]

    becomes(new)
    like_former = published(storage, body=f"{LONG} nhé", compared=True)
    like_new = published(storage, body=f"{new} nhé", compared=True)
    assert (repeated(like_former), repeated(like_new)) == ([], [str(mine)])

    becomes(LONG)
    assert repeated(mine) == [str(like_former)]


def test_nobody_repeats_what_its_author_has_taken_back(storage: Storage) -> None:
    """The same words with one more come in as the first of their kind."""
    take_back(storage, published(storage, body=LONG, compared=True, reader="r:me"))
    assert reasons(storage, published(storage, body=f"{LONG} nhé", compared=True)) == set()


def test_a_post_sends_no_statement_that_its_driver_reads_anew(storage: Storage) -> None:
    """PostgreSQL's remembers what has up to 4,096 characters; of a page with a repeat everything is asked."""
    published(storage, body=LONG, compared=True)
    with statements() as sent:
        assert "similar" in reasons(storage, published(storage, body=f"{LONG} nhé", compared=True))
    assert len(sent) > 8
    assert max(map(len, sent)) <= 4096


def test_repeats_are_looked_for_on_their_page_and_for_a_while(storage: Storage, clock: FakeClock) -> None:
    """The same wish under another article, or three weeks later with other marks, is a wish."""
    published(storage, body=LONG, compared=True)
    assert reasons(storage, published(storage, body=LONG + "!", page=OTHER_PAGE, compared=True)) == set()
    clock.advance(timedelta(weeks=3))
    later = published(storage, body=f"{LONG} nhé", compared=True)
    assert "similar" not in reasons(storage, later)


def test_a_reader_who_floods_waits(storage: Storage, clock: FakeClock) -> None:
    """The sixth within five minutes; others go on, and so does the reader later."""
    for _ in range(5):
        assert reasons(storage, published(storage, reader="r:fast")) == set()
    sixth = published(storage, reader="r:fast")
    assert [(one.reason, dict(one.params)) for one in held(storage, sixth)] == [
        (HeldReason.READER_FLOOD, {"count": 5, "minutes": 5})
    ]
    assert reasons(storage, published(storage, reader="r:slow")) == set()
    clock.advance(timedelta(minutes=11))
    assert reasons(storage, published(storage, reader="r:fast")) == set()


def test_a_page_that_leaves_its_rate_is_held(storage: Storage, clock: FakeClock) -> None:
    """Everything of this page while it lasts, nothing of another; a page that is always busy is left alone."""
    change(storage, "page_flood", params={"count": 5, "minutes": 10, "factor": 3})
    rules = rules_of(storage)
    for _ in range(5):
        assert reasons(storage, published(storage, rules=rules)) == set()
    assert reasons(storage, published(storage, rules=rules)) == {"page_flood"}
    assert reasons(storage, published(storage, rules=rules, page=OTHER_PAGE)) == set()

    busy = OTHER_PAGE
    for _ in range(36):
        clock.advance(timedelta(minutes=10))
        for _ in range(4):
            published(storage, rules=rules, page=busy)
    assert all(reasons(storage, published(storage, rules=rules, page=busy)) == set() for _ in range(6))


def test_trust_publishes_after_as_many_as_it_asks_for(storage: Storage) -> None:
    """Two approved by hand, then at once; one that is rejected takes the trust back."""

    def trusting() -> UUID:
        return post(storage, reader="r:known", moderation=Moderation.TRUST, trust_after=2).comment_id

    first = trusting()
    assert reasons(storage, first) == {"untrusted", "first_comment"}
    move(storage, first, Status.APPROVED)
    second = trusting()
    assert [(one.reason, dict(one.params)) for one in held(storage, second)] == [(HeldReason.UNTRUSTED, {"needed": 2})]
    move(storage, second, Status.APPROVED)
    third = trusting()
    assert storage.read_sync(queue_item, third).status is Status.APPROVED
    move(storage, third, Status.REJECTED)
    assert reasons(storage, trusting()) == {"untrusted"}


def test_the_newsroom_is_never_judged(storage: Storage) -> None:
    """Not even by a rule that refuses."""
    add(storage, words("giết sạch", action=Action.REJECT))
    assert reasons(storage, published(storage, body="Giết sạch muỗi", is_staff=True)) == set()


def test_a_rule_that_changes_between_look_and_write_is_seen(storage: Storage) -> None:
    """The unit refuses what was examined by an older set, and writes nothing."""
    command = submission(rules=rules_of(storage))
    add(storage, words("cá độ"))
    with pytest.raises(RulesChanged):
        storage.write_sync(submit_comment, command)
    assert storage.read_sync(count, None) == 0


def test_an_edit_is_judged_by_the_same_rules(storage: Storage) -> None:
    """The comment itself is no repeat of itself, no arrival, and what the old text was held for is gone."""
    add(storage, words("cá độ"))
    comment = published(storage, body="Cá độ à", compared=True, reader="r:me")
    assert reasons(storage, comment) == {"words"}

    def edit(tx: Tx, body: str) -> Status:
        case = Case(
            page=PAGE,
            page_id=PAGE_ID,
            reader="r:me",
            body=body,
            body_hash=body_hash(body),
            moderation=Moderation.POST,
            trust_after=3,
            examined=submission(body=body, rules=rules).examined,
            comment_id=comment,
        )
        ruling = judge(tx, case)
        replace_holds(tx, comment, ruling.findings)
        return ruling.status

    rules = rules_of(storage)
    assert storage.write_sync(edit, "Cá độ à, xem a.vn") is Status.PENDING
    assert reasons(storage, comment) == {"words", "has_links"}
    assert storage.write_sync(edit, "Không có gì") is Status.APPROVED
    assert reasons(storage, comment) == set()


def test_what_checkers_find_is_stored_with_their_words(storage: Storage) -> None:
    """A finding from outside stands beside the rules' own."""
    rule = one(storage, "checker")
    found = Finding(rule=rule, params={"checker": "Akismet", "why": "known sender"})
    sent = published(storage, findings=(found,))
    assert [(one.reason, dict(one.params)) for one in held(storage, sent)] == [
        (HeldReason.CHECKER, {"checker": "Akismet", "why": "known sender"})
    ]


def test_known_readers_keep_their_standing(storage: Storage) -> None:
    """An approved comment takes `first_comment` away under every moderation that holds."""
    approved(storage, reader="r:known")
    for moderation in (Moderation.PRE, Moderation.TRUST):
        assert "first_comment" not in reasons(
            storage, post(storage, reader="r:known", moderation=moderation).comment_id
        )
