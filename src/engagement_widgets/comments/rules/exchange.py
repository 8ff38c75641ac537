"""Rules as JSON: in files, in the undo, and, without the length of their lists, in the journal."""

from collections.abc import Mapping
from typing import Any

from engagement_widgets.comments.rules.packs import Pack
from engagement_widgets.comments.rules.rule import Field, Rule, RuleDraft
from engagement_widgets.comments.rules.words import Action
from engagement_widgets.comments.states import HeldReason
from engagement_widgets.errors import FieldError, Invalid


def draft_json(draft: RuleDraft) -> dict[str, Any]:
    """A rule as files and the API carry it."""
    return {
        "kind": draft.kind.value,
        "name": draft.name,
        "fields": [one.value for one in draft.fields],
        "params": dict(draft.params),
        "action": draft.action.value,
        "enabled": draft.enabled,
        "note": draft.note,
    }


def draft_from_json(raw: Mapping[str, Any]) -> RuleDraft:
    """The same read back, not checked further than its words.

    Raises:
        Invalid: `wrong_type`, `unknown_field`.
    """
    known = {"kind", "name", "fields", "params", "action", "enabled", "note"}
    if unknown := set(raw) - known - {"id"}:
        raise Invalid([FieldError(name, "unknown_field") for name in sorted(unknown)])
    texts = {name: str(raw.get(name, "")) for name in ("name", "note")}
    params, enabled = raw.get("params", {}), raw.get("enabled", True)
    try:
        draft = RuleDraft(
            kind=HeldReason(raw["kind"]),
            fields=tuple(Field(one) for one in raw.get("fields", ())),
            params=params,
            action=Action(raw.get("action", Action.HOLD)),
            enabled=enabled,
            **texts,
        )
    except (KeyError, TypeError, ValueError):
        raise Invalid([FieldError("kind", "wrong_type")]) from None
    if not isinstance(params, dict) or not isinstance(enabled, bool):
        raise Invalid([FieldError("params", "wrong_type")])
    return draft


def rule_json(rule: Rule) -> dict[str, Any]:
    """A rule with its place and version, for the undo."""
    return {**draft_json(rule.draft), "version": rule.version, "position": rule.position}


def rule_from_json(rule_id: str, raw: Mapping[str, Any]) -> Rule:
    """The same read back."""
    draft = draft_from_json({name: value for name, value in raw.items() if name not in {"version", "position"}})
    return Rule(id=rule_id, version=raw["version"], position=raw["position"], draft=draft)


def told(rule: Rule) -> dict[str, Any]:
    """A rule as the journal tells it: of a list how long it is."""
    draft = rule.draft
    params = {name: len(value) if isinstance(value, list) else value for name, value in draft.params.items()}
    return {
        "kind": draft.kind.value,
        "name": draft.name,
        "fields": ", ".join(draft.fields),
        "action": draft.action.value,
        "enabled": draft.enabled,
        "note": draft.note,
        "position": rule.position,
        **params,
    }


def draft_of_pack(pack: Pack, title: str) -> RuleDraft:
    """A starter pack as a rule."""
    entries = [
        {"text": entry.text, "spelling": entry.spelling.value, "scope": entry.scope.value} for entry in pack.entries
    ]
    return RuleDraft(kind=HeldReason.WORDS, name=title, note=pack.description, params={"entries": entries})
