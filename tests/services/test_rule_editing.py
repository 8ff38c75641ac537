"""How the set of rules changes, is undone, carried over and tried."""

from datetime import timedelta
from typing import Any

import pytest

from comment_factory import LAN, MAI, move, post
from engagement_widgets.comments.rules.editing import (
    AddRules,
    ChangeRule,
    Deed,
    OrderRules,
    RemoveRule,
    UndoRules,
    add_rules,
    change_rule,
    order_rules,
    remove_rule,
    undo_rules,
)
from engagement_widgets.comments.rules.exchange import draft_from_json, draft_json, draft_of_pack
from engagement_widgets.comments.rules.packs import packs
from engagement_widgets.comments.rules.rule import BUILT_IN, RuleDraft, checked_rule
from engagement_widgets.comments.rules.ruleset import TOPIC, RuleSet, Written, load_rules
from engagement_widgets.comments.rules.simulating import check_share, simulate
from engagement_widgets.comments.rules.words import Action
from engagement_widgets.comments.service import HeldReason, Status, queue_item
from engagement_widgets.errors import Conflict, EngagementError, Invalid, NotFound
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from rule_factory import add, change, one, rules_of, words

pytestmark = pytest.mark.anyio


def undo(storage: Storage, edited: Any) -> Any:
    """Take a change back."""
    return storage.write_sync(undo_rules, UndoRules(undo_id=edited.undo_id, actor=LAN))


def ids(rules: RuleSet) -> list[str]:
    """The ids in their order."""
    return [rule.id for rule in rules.rules]


def test_a_site_begins_with_the_built_in_rules(storage: Storage) -> None:
    """One of each kind but lists of words, and reports and cases, which come later than a post; the version is 0."""
    rules = rules_of(storage)
    assert (rules.version, ids(rules)) == (0, list(BUILT_IN))
    assert {rule.kind for rule in rules.rules} == set(HeldReason) - {
        HeldReason.WORDS,
        HeldReason.REPORTED,
        HeldReason.CASE,
    }


def test_every_change_raises_the_versions_and_is_undone(storage: Storage) -> None:
    """Added, changed, removed and ordered, each put back; versions only ever rise."""
    added = add(storage, words("cá độ"))
    rule_id = added.rules[0].id
    changed = change(storage, rule_id, action="spam")
    assert (changed.version, changed.rules[0].version) == (2, 2)
    undo(storage, changed)
    assert (one(storage, rule_id).draft.action, one(storage, rule_id).version) == (Action.HOLD, 3)

    removed = storage.write_sync(remove_rule, RemoveRule(id=rule_id, version=3, deed=Deed(actor=MAI)))
    assert rule_id not in ids(rules_of(storage))
    undo(storage, removed)
    assert (one(storage, rule_id).draft, one(storage, rule_id).version) == (added.rules[0].draft, 4)

    turned = list(reversed(ids(rules_of(storage))))
    ordered = storage.write_sync(
        order_rules, OrderRules(ids=turned, version=rules_of(storage).version, deed=Deed(actor=MAI))
    )
    assert ids(rules_of(storage)) == turned
    undo(storage, ordered)
    assert ids(rules_of(storage)) == [*BUILT_IN, rule_id]
    assert rules_of(storage).version == 7


def test_a_built_in_rule_is_changed_and_put_back(storage: Storage) -> None:
    """It keeps its id; the change is undone to what is built in."""
    changed = change(storage, "has_links", params={"least": 2}, action="spam")
    assert one(storage, "has_links").draft.params == {"least": 2}
    undo(storage, changed)
    assert one(storage, "has_links").draft == BUILT_IN["has_links"].draft


def test_an_undo_comes_too_late_for_what_was_changed_again(storage: Storage, clock: FakeClock) -> None:
    """By somebody else since, or after its window."""
    first = add(storage, words("cá độ"))
    second = change(storage, first.rules[0].id, note="nặng hơn")
    with pytest.raises(Conflict, match="stale_version"):
        undo(storage, first)
    clock.advance(timedelta(minutes=10))
    with pytest.raises(Conflict, match="undo_expired"):
        undo(storage, second)


def test_the_journal_tells_before_after_and_why(storage: Storage) -> None:
    """Of a list how long it is, not its words."""
    edited = add(storage, words("cá độ", "lô đề"))
    change(storage, edited.rules[0].id, enabled=False)
    changed, added = storage.read_sync(read_entries, EntriesQuery(size=2))
    assert (added.action, added.before, added.why) == ("rule.added", None, "thử")
    assert added.after is not None
    assert (added.after["entries"], added.after["name"]) == (2, "Cờ bạc")
    assert changed.before is not None
    assert changed.after is not None
    assert (changed.before["enabled"], changed.after["enabled"]) == (True, False)


def test_what_cannot_be_changed_says_so(storage: Storage) -> None:
    """A stale version, an unknown rule, what is decided elsewhere, a built-in one that shall go."""
    rule = add(storage, words("cá độ")).rules[0]
    deed = Deed(actor=MAI)

    def code(unit: Any, command: Any) -> str:
        with pytest.raises(EngagementError) as refused:
            storage.write_sync(unit, command)
        error = refused.value
        return error.errors[0].code if isinstance(error, Invalid) else error.code

    assert code(change_rule, ChangeRule(id=rule.id, version=9, draft=rule.draft, deed=deed)) == "stale_version"
    assert code(change_rule, ChangeRule(id="none", version=1, draft=rule.draft, deed=deed)) == "unknown_rule"
    blocked = RuleDraft(kind=HeldReason.BLOCKED, action=Action.SPAM)
    assert code(change_rule, ChangeRule(id="blocked", version=1, draft=blocked, deed=deed)) == "fixed_rule"
    assert code(remove_rule, RemoveRule(id="trap", version=1, deed=deed)) == "built_in_rule"
    assert code(order_rules, OrderRules(ids=["trap"], version=1, deed=deed)) == "incomplete_order"
    assert code(order_rules, OrderRules(ids=[], version=0, deed=deed)) == "stale_version"
    trap = RuleDraft(kind=HeldReason.TRAP, name="Bẫy")
    assert code(add_rules, AddRules(drafts=[("", trap)], deed=deed)) == "unknown_kind"
    assert code(add_rules, AddRules(drafts=[("", rule.draft)], deed=deed, is_new=True)) == "rule_name_taken"
    assert rules_of(storage).version == 1


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"name": ""}, "name", "required"),
        ({"params": {"entries": []}}, "params", "required"),
        ({"params": {"entries": ["cá độ"]}}, "params", "wrong_type"),
        ({"params": {"entries": [{"text": "a" * 101}]}}, "params", "too_long"),
        ({"params": {"entries": [{"text": "x", "pattern": ".*"}]}}, "params", "wrong_type"),
        ({"params": {"regex": ".*"}}, "params", "unknown_field"),
        ({"params": {"entries": [{"text": "cá"}]}, "action": "reject"}, "params", "folded_syllable_may_only_hold"),
        ({"kind": "has_links", "params": {"least": 0}}, "params", "out_of_range"),
        ({"kind": "has_links", "params": {"least": True}}, "params", "wrong_type"),
        ({"fields": ["body"], "kind": "impostor", "params": {}}, "fields", "unknown_field"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(values: dict[str, Any], field: str, code: str) -> None:
    """With its field and code; nobody can write a pattern."""
    draft = draft_from_json({"kind": "words", "name": "Thử", "params": {"entries": [{"text": "cá độ"}]}, **values})
    with pytest.raises(Invalid) as refused:
        checked_rule(draft)
    assert [(error.field, error.code) for error in refused.value.errors] == [(field, code)]


def test_a_set_is_carried_over_as_json(storage: Storage) -> None:
    """What is exported makes the same set elsewhere; imported twice, it changes nothing more."""
    add(storage, words("cá độ", action=Action.SPAM))
    change(storage, "trap", action="spam")
    exported = [(rule.id if rule.id in BUILT_IN else "", draft_json(rule.draft)) for rule in rules_of(storage).rules]
    drafts = [(rule_id, draft_from_json(raw)) for rule_id, raw in exported]

    again = storage.write_sync(add_rules, AddRules(drafts=drafts, deed=Deed(actor=MAI)))
    assert (again.rules, again.undo_id) == ((), None)
    change(storage, "trap", action="hold")
    back = storage.write_sync(add_rules, AddRules(drafts=drafts, deed=Deed(actor=MAI)))
    assert [rule.id for rule in back.rules] == ["trap"]


def test_the_starter_packs_are_rules_that_hold(storage: Storage) -> None:
    """Each becomes one list, and holds what it names."""
    edited = add(storage, *(draft_of_pack(pack, pack.title) for pack in packs()))
    assert len(edited.rules) == len(packs()) > 0
    for rule, pack in zip(edited.rules, packs(), strict=True):
        found = rules_of(storage).read(Written(name="Ánh", body=pack.entries[0].text))
        assert rule.id in {one.rule.id for one in found}
        assert rule.draft.action is Action.HOLD


def test_what_is_tried_is_what_would_be(storage: Storage) -> None:
    """The figures equal those of the same comments posted under the rule, with what was decided about them."""
    bodies = [f"Ý kiến số {number}" + (" về cá độ" if number % 4 == 0 else "") for number in range(40)]
    sent = [post(storage, body=body).comment_id for body in bodies]
    move(storage, sent[0], Status.APPROVED)
    move(storage, sent[4], Status.REJECTED)

    tried = simulate(storage, checked_rule(words("cá độ")))

    assert (tried.seen, tried.touched, tried.share) == (40, 10, 0.25)
    assert tried.statuses == {Status.APPROVED: 1, Status.REJECTED: 1, Status.PENDING: 8}
    assert [example.id for example in tried.examples] == list(reversed(sent[::4]))
    assert (tried.examples[-1].decided_by, tried.examples[0].decided_by) == ("Mai", None)
    assert simulate(storage, checked_rule(words("cá độ")), 8).touched == 2

    add(storage, words("cá độ"))
    rules = rules_of(storage)
    really = [post(storage, body=body, rules=rules).comment_id for body in bodies]
    touched = [one for one in really if any(h.reason == "words" for h in storage.read_sync(queue_item, one).holds)]
    assert len(touched) == tried.touched


def test_a_rule_that_touches_much_needs_a_reason(storage: Storage) -> None:
    """Above a fiftieth of the newest comments; a reason, or being switched off, is enough."""
    for number in range(60):
        post(storage, body=f"Ý kiến số {number}" + (" về cá độ" if number < 2 else ""))
    draft = checked_rule(words("cá độ"))
    with pytest.raises(Invalid) as refused:
        check_share(storage, draft, "")
    error = refused.value.errors[0]
    assert (error.field, error.code) == ("why", "reason_required")
    assert error.params == {"percent": 3.3, "touched": 2, "seen": 60}
    check_share(storage, draft, "đợt bóng đá")
    check_share(storage, checked_rule(words("cá độ", enabled=False)), "")
    check_share(storage, checked_rule(words("lô đề")), "")


def test_only_what_looks_at_the_text_can_be_tried(storage: Storage) -> None:
    """What depends on the moment cannot be asked of the past."""
    with pytest.raises(Conflict, match="cannot_simulate"):
        simulate(storage, BUILT_IN["duplicate"].draft)


async def test_the_compiled_set_is_kept_until_it_changes(storage: Storage) -> None:
    """The same object again, and another one after a change, without anybody asking for it."""
    kept = await storage.recall(load_rules, TOPIC)
    assert await storage.recall(load_rules, TOPIC) is kept
    rule = storage.write_sync(add_rules, AddRules(drafts=[("", words("cá độ"))], deed=Deed(actor=MAI))).rules[0]
    fresh = await storage.recall(load_rules, TOPIC)
    assert fresh is not kept
    assert fresh.rules[-1] == rule


def test_an_undo_of_something_else_is_no_undo_of_rules(storage: Storage) -> None:
    """A decision's undo is refused here."""
    decided = move(storage, post(storage).comment_id, Status.APPROVED)
    with pytest.raises(NotFound, match="unknown_undo"):
        undo(storage, decided)
