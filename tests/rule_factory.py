"""Rules for tests."""

from typing import Any

from comment_factory import MAI
from engagement_widgets.comments.rules.editing import AddRules, ChangeRule, Deed, RulesEdited, add_rules, change_rule
from engagement_widgets.comments.rules.exchange import draft_from_json, draft_json
from engagement_widgets.comments.rules.rule import Rule, RuleDraft
from engagement_widgets.comments.rules.ruleset import RuleSet, load_rules
from engagement_widgets.comments.rules.words import Action
from engagement_widgets.comments.states import HeldReason
from engagement_widgets.storage.units import Storage


def words(*texts: str, name: str = "Cờ bạc", action: Action = Action.HOLD, **values: Any) -> RuleDraft:
    """A list of words, compared without marks where a test does not say otherwise."""
    entries = [{"text": text, "spelling": "folded", "scope": "word", **values.pop("entry", {})} for text in texts]
    return RuleDraft(kind=HeldReason.WORDS, name=name, params={"entries": entries}, action=action, **values)


def add(storage: Storage, *drafts: RuleDraft) -> RulesEdited:
    """Add rules."""
    command = AddRules(drafts=[("", draft) for draft in drafts], deed=Deed(actor=MAI, why="thử"))
    return storage.write_sync(add_rules, command)


def change(storage: Storage, rule_id: str, **values: Any) -> RulesEdited:
    """Change a rule as it stands: `values` are JSON."""
    rule = one(storage, rule_id)
    draft = draft_from_json({**draft_json(rule.draft), **values})
    command = ChangeRule(id=rule_id, version=rule.version, draft=draft, deed=Deed(actor=MAI))
    return storage.write_sync(change_rule, command)


def rules_of(storage: Storage) -> RuleSet:
    """The set as it stands."""
    return storage.read_sync(load_rules, None)


def one(storage: Storage, rule_id: str) -> Rule:
    """One rule as it stands."""
    return next(rule for rule in rules_of(storage).rules if rule.id == rule_id)
