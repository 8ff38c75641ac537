"""How the set of rules changes: by one function, with a new version, the journal and an undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, delete

from engagement_widgets.comments.rules.exchange import rule_from_json, rule_json, told
from engagement_widgets.comments.rules.rule import BUILT_IN, FIELDS_OF, FIXED, Rule, RuleDraft, checked_rule
from engagement_widgets.comments.rules.ruleset import TOPIC, read_rules, read_version
from engagement_widgets.comments.rules.tables import rule_sets, rules
from engagement_widgets.errors import Conflict, FieldError, Invalid, NotFound
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.service import Record, record, remember_undo, take_undo
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

UNDO_KIND: Final = "comment_rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Who changes the rules, why, and for how long it can be undone."""

    actor: DeskUser
    why: str = ""
    undo_window: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRules:
    """New rules at the end of the order; one of the same kind and name, or of a built-in id, is changed instead.

    Attributes:
        drafts: the rules, each with its id where it is a built-in one, else "".
        deed: who and why.
        is_new: every one must be new.
    """

    drafts: Sequence[tuple[str, RuleDraft]]
    deed: Deed
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRule:
    """A rule as it shall be; `version` is the one that was seen."""

    id: str
    version: int
    draft: RuleDraft
    deed: Deed


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveRule:
    """A rule that goes; `version` is the one that was seen."""

    id: str
    version: int
    deed: Deed


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRules:
    """Every rule's id in the order they shall have; `version` is that of the set that was seen."""

    ids: Sequence[str]
    version: int
    deed: Deed


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRules:
    """Take a change of the rules back."""

    undo_id: UUID
    actor: DeskUser


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesEdited:
    """What became of the set: its version, the changed rules as they stand, and what undoes it."""

    version: int
    rules: tuple[Rule, ...]
    undo_id: UUID | None


_STORE = Upsert(
    lambda insert: (row := insert(rules)).on_conflict_do_update(
        index_elements=["site_id", "id"],
        set_={column.name: row.excluded[column.name] for column in rules.c if not column.primary_key},
    )
)
_DROP = delete(rules).where(rules.c.site_id == bindparam("site"), rules.c.id == bindparam("rule"))
_NEXT_VERSION = Upsert(
    lambda insert: (
        insert(rule_sets)
        .on_conflict_do_update(index_elements=["site_id"], set_={"version": rule_sets.c.version + 1})
        .returning(rule_sets.c.version)
    )
)

_Change = tuple[Rule | None, Rule | None]  # before, after


def add_rules(tx: Tx, command: AddRules) -> RulesEdited:
    """Add rules, or import a set.

    Raises:
        Conflict: `fixed_rule`.
        Invalid: `unknown_kind`, `rule_name_taken`, and what `checked_rule` raises, of `rules.<number>.<field>`.
    """
    standing = read_rules(tx)
    by_name = {(rule.kind, rule.draft.name): rule for rule in standing.values() if rule.draft.name}
    last = max(rule.position for rule in standing.values())
    changes: list[_Change] = []
    for number, (rule_id, raw) in enumerate(command.drafts):
        draft = _checked(raw, f"rules.{number}.")
        before = standing.get(rule_id) if rule_id else by_name.get((draft.kind, draft.name))
        if before is not None and command.is_new:
            raise Invalid([FieldError("name", "rule_name_taken")])
        if before is None and (rule_id or draft.kind not in FIELDS_OF):
            raise Invalid([FieldError("kind", "unknown_kind")])
        if before is None:
            last += 1
            after = Rule(id=str(tx.new_id()), version=1, position=last, draft=draft)
            by_name[draft.kind, draft.name] = after
            changes.append((None, after))
        elif before.draft != draft:
            changes.append((before, _changed(before, draft)))
    return _edit(tx, command.deed, changes)


def change_rule(tx: Tx, command: ChangeRule) -> RulesEdited:
    """Change a rule, switch it on or off. Without a difference nothing happens.

    Raises:
        NotFound: `unknown_rule`.
        Conflict: `fixed_rule`, `stale_version`.
        Invalid: what `checked_rule` raises.
    """
    before = _found(tx, command.id, command.version)
    draft = checked_rule(replace(command.draft, kind=before.kind))
    if draft == before.draft:
        return RulesEdited(version=read_version(tx), rules=(before,), undo_id=None)
    return _edit(tx, command.deed, [(before, _changed(before, draft))])


def remove_rule(tx: Tx, command: RemoveRule) -> RulesEdited:
    """Delete a rule of the site's own.

    Raises:
        NotFound: `unknown_rule`.
        Conflict: `built_in_rule`, `stale_version`.
    """
    if command.id in BUILT_IN:
        raise Conflict("built_in_rule")
    return _edit(tx, command.deed, [(_found(tx, command.id, command.version), None)])


def order_rules(tx: Tx, command: OrderRules) -> RulesEdited:
    """Put the rules into another order: in which a refusal is told first, and in which the desk shows what was found.

    Raises:
        Conflict: `stale_version`.
        Invalid: `incomplete_order`.
    """
    standing = read_rules(tx)
    if read_version(tx) != command.version:
        raise Conflict("stale_version")
    if sorted(command.ids) != sorted(standing):
        raise Invalid([FieldError("ids", "incomplete_order")])
    changes: list[_Change] = [
        (standing[rule_id], replace(standing[rule_id], position=position))
        for position, rule_id in enumerate(command.ids)
        if standing[rule_id].position != position
    ]
    return _edit(tx, command.deed, changes)


def undo_rules(tx: Tx, command: UndoRules) -> RulesEdited:
    """Put rules back to where they stood before a change; their versions go on.

    Raises:
        NotFound: `unknown_undo`.
        Conflict: `already_undone`, `undo_expired`; `stale_version` when they have been changed again since.
    """
    undo = take_undo(tx, command.undo_id, by=command.actor.id)
    if undo.kind != UNDO_KIND:
        raise NotFound("unknown_undo")
    standing = read_rules(tx)
    changes: list[_Change] = []
    for kept in undo.payload["rules"]:
        now = standing.get(kept["id"])
        if (None if now is None else now.version) != kept["version"]:
            raise Conflict("stale_version")
        before = None if kept["before"] is None else rule_from_json(kept["id"], kept["before"])
        changes.append((now, None if before is None else replace(before, version=_next_version(now, before))))
    return _edit(tx, Deed(actor=command.actor), changes, action="rule.undone")


def _next_version(now: Rule | None, back: Rule) -> int:
    """One that no other text of this rule has had; of a rule that only changed its place, the same."""
    if now is None:
        return back.version + 1
    return now.version if now.draft == back.draft else max(now.version, back.version) + 1


def _found(tx: Tx, rule_id: str, version: int) -> Rule:
    rule = read_rules(tx).get(rule_id)
    if rule is None:
        raise NotFound("unknown_rule")
    if rule.version != version:
        raise Conflict("stale_version")
    return rule


def _changed(before: Rule, draft: RuleDraft) -> Rule:
    if before.id in FIXED:
        raise Conflict("fixed_rule")
    return replace(before, version=before.version + 1, draft=draft)


def _checked(draft: RuleDraft, prefix: str) -> RuleDraft:
    try:
        return checked_rule(draft)
    except Invalid as invalid:
        raise Invalid([FieldError(prefix + one.field, one.code, one.params) for one in invalid.errors]) from None


def _edit(tx: Tx, deed: Deed, changes: Sequence[_Change], *, action: str | None = None) -> RulesEdited:
    if not changes:
        return RulesEdited(version=read_version(tx), rules=(), undo_id=None)
    version: int = tx.execute(_NEXT_VERSION[tx.dialect], {"site_id": tx.site, "version": 1}).scalar_one()
    entry_id = None
    for before, after in changes:
        _store(tx, before, after)
        entry_id = record(tx, _entry(deed, before, after, action))
    tx.touch(TOPIC)
    undo_id = None
    if action is None and entry_id is not None:
        payload = {"rules": [_kept(before, after) for before, after in changes]}
        undo_id = remember_undo(tx, entry_id=entry_id, kind=UNDO_KIND, payload=payload, window=deed.undo_window)
    return RulesEdited(version=version, rules=tuple(after for _, after in changes if after), undo_id=undo_id)


def _store(tx: Tx, before: Rule | None, after: Rule | None) -> None:
    if after is None:
        tx.execute(_DROP, {"site": tx.site, "rule": before.id if before else ""})
        return
    draft = after.draft
    row = {
        "site_id": tx.site,
        "id": after.id,
        "version": after.version,
        "position": after.position,
        "kind": draft.kind.value,
        "name": draft.name,
        "fields": [one.value for one in draft.fields],
        "params": dict(draft.params),
        "action": draft.action.value,
        "enabled": draft.enabled,
        "note": draft.note,
    }
    tx.execute(_STORE[tx.dialect], row)


def _kept(before: Rule | None, after: Rule | None) -> Mapping[str, Any]:
    standing = after or before
    return {
        "id": standing.id if standing else "",
        "version": None if after is None else after.version,
        "before": None if before is None else rule_json(before),
    }


def _entry(deed: Deed, before: Rule | None, after: Rule | None, action: str | None) -> Record:
    rule = after or before
    made = "rule.added" if before is None else "rule.removed" if after is None else "rule.changed"
    if before and after and before.draft == after.draft:
        made = "rule.moved"
    return Record(
        actor=deed.actor,
        action=action or made,
        subject_kind="rule",
        subject_id=rule.id if rule else "",
        before=None if before is None else told(before),
        after=None if after is None else told(after),
        why=deed.why or None,
    )
