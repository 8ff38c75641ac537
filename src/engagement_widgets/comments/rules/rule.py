"""What a rule is: a kind, what it looks at, and what it asks for. Rules are data; nobody writes patterns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from engagement_widgets.comments.rules.impostors import NEWSROOM
from engagement_widgets.comments.rules.words import Action, Entry, Scope, Spelling
from engagement_widgets.comments.states import HeldReason
from engagement_widgets.errors import FieldError, Invalid, Param
from engagement_widgets.kernel.text import Fields, TextField

MOST_ENTRIES: Final = 10_000
MOST_NAMES: Final = 200

_NAME = TextField("name", minimum=1, maximum=100, max_bytes=400)
_NOTE = TextField("note", minimum=0, maximum=500, max_bytes=2048, multiline=True)
_LINE = TextField("params", minimum=1, maximum=254, max_bytes=1024)


class Field(StrEnum):
    """What a rule looks at: the author's name, the text, or the web addresses in the text."""

    NAME = "name"
    BODY = "body"
    LINKS = "links"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDraft:
    """A rule as somebody wants it, checked by `checked_rule`.

    Attributes:
        kind: the reason it gives.
        name: what the desk calls it; of a built-in rule its reason's sentence says that.
        fields: what it looks at; empty for kinds that do not look at text.
        params: figures and lists, by kind (docs/explanation/rules.md).
        action: what it asks for.
        enabled: whether it is asked.
        note: why it is there, for colleagues.
    """

    kind: HeldReason
    name: str = ""
    fields: tuple[Field, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    action: Action = Action.HOLD
    enabled: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of the set. A built-in one has its kind for an id; `version` rises with every change."""

    id: str
    version: int
    position: int
    draft: RuleDraft

    @property
    def kind(self) -> HeldReason:
        """The reason it gives."""
        return self.draft.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found: where, and with which figures. `start` and `end` are a span of the body or the name."""

    rule: Rule
    params: Mapping[str, Param] = field(default_factory=dict)
    field: Field | None = None
    start: int | None = None
    end: int | None = None


_NO_PARAMS: Final[Mapping[str, Any]] = MappingProxyType({})
_ANYWHERE: Final = (Field.NAME, Field.BODY, Field.LINKS)
_WRITTEN: Final = (Field.NAME, Field.BODY)

FIXED: Final = frozenset(
    {
        HeldReason.EMERGENCY,
        HeldReason.BRAKE,
        HeldReason.BLOCKED,
        HeldReason.PREMODERATION,
        HeldReason.UNTRUSTED,
        HeldReason.CHECKER,
        HeldReason.CHECKER_UNAVAILABLE,
        HeldReason.EDITED,
    }
)
"""Decided elsewhere: by a block, an emergency hold, the brake, the page's moderation, a checker. They have a place in
the order.
"""

FIELDS_OF: Final[Mapping[HeldReason, tuple[Field, ...]]] = MappingProxyType(
    {
        HeldReason.WORDS: _ANYWHERE,
        HeldReason.PERSONAL_DATA: _WRITTEN,
        HeldReason.IMPOSTOR: (Field.NAME,),
        HeldReason.HAS_LINKS: (Field.BODY,),
    }
)
"""The kinds that look at the text alone, of which there may be several rules, and what each can look at."""

_DEFAULTS: Final[Mapping[HeldReason, Mapping[str, Any]]] = MappingProxyType(
    {
        HeldReason.HAS_LINKS: {"least": 1},
        HeldReason.PERSONAL_DATA: {"allowed": []},
        HeldReason.IMPOSTOR: {"names": list(NEWSROOM)},
        HeldReason.READER_FLOOD: {"count": 5, "minutes": 5},
        HeldReason.PAGE_FLOOD: {"count": 60, "minutes": 10, "factor": 5},
    }
)
_ORDER: Final = (
    HeldReason.EMERGENCY,
    HeldReason.BRAKE,
    HeldReason.BLOCKED,
    HeldReason.PREMODERATION,
    HeldReason.UNTRUSTED,
    HeldReason.FIRST_COMMENT,
    HeldReason.HAS_LINKS,
    HeldReason.PERSONAL_DATA,
    HeldReason.IMPOSTOR,
    HeldReason.DUPLICATE,
    HeldReason.SIMILAR,
    HeldReason.NO_CODE,
    HeldReason.HASTY,
    HeldReason.NO_WORK,
    HeldReason.TRAP,
    HeldReason.CROWD,
    HeldReason.READER_FLOOD,
    HeldReason.PAGE_FLOOD,
    HeldReason.CHECKER,
    HeldReason.CHECKER_UNAVAILABLE,
    HeldReason.EDITED,
)
BUILT_IN: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        kind.value: Rule(
            id=kind.value,
            version=1,
            position=position,
            draft=RuleDraft(kind=kind, fields=FIELDS_OF.get(kind, ()), params=_DEFAULTS.get(kind, _NO_PARAMS)),
        )
        for position, kind in enumerate(_ORDER)
    }
)
"""The rules every site begins with, by id, in their order."""


def checked_rule(draft: RuleDraft) -> RuleDraft:
    """A rule that can be stored and compiled.

    Raises:
        Invalid: naming everything that is wrong: `required`, `too_long`, `wrong_type`, `out_of_range`,
            `unknown_field`, `folded_syllable_may_only_hold`, `too_many_entries`.
    """
    fields = Fields()
    kind = draft.kind
    name = draft.name if kind.value in BUILT_IN and not draft.name else fields.take("name", _NAME.parse, draft.name)
    note = fields.take("note", _NOTE.parse, draft.note)
    looked_at = fields.take("fields", lambda _: _checked_fields(draft), None)
    params = fields.take("params", lambda _: _PARAMS.get(kind, _no_params)(draft), None)
    fields.check()
    return RuleDraft(
        kind=kind,
        name=name or "",
        fields=looked_at or (),
        params=params or {},
        action=draft.action,
        enabled=draft.enabled,
        note=note or "",
    )


def entries_of(draft: RuleDraft, owner: str) -> tuple[Entry, ...]:
    """The words of a rule, each named after it.

    Raises:
        Invalid: what `Entry` raises.
    """
    return tuple(
        Entry(
            id=f"{owner}#{number}",
            text=entry["text"],
            spelling=Spelling(entry["spelling"]),
            scope=Scope(entry["scope"]),
            action=draft.action,
        )
        for number, entry in enumerate(draft.params["entries"])
    )


def _checked_fields(draft: RuleDraft) -> tuple[Field, ...]:
    allowed = FIELDS_OF.get(draft.kind, ())
    chosen = tuple(one for one in allowed if one in draft.fields) if draft.fields else allowed
    if set(draft.fields) - set(allowed):
        raise Invalid([FieldError("fields", "unknown_field")])
    return chosen


def _checked_entries(draft: RuleDraft) -> dict[str, Any]:
    _only(draft, "entries")
    raw = _list(draft, "entries", MOST_ENTRIES)
    if not raw:
        raise Invalid([FieldError("entries", "required")])
    entries = [_checked_entry(entry) for entry in raw]
    checked = {"entries": entries}
    entries_of(RuleDraft(kind=draft.kind, params=checked, action=draft.action), "")
    return checked


def _checked_entry(raw: object) -> dict[str, str]:
    given = {"spelling": Spelling.FOLDED.value, "scope": Scope.WORD.value, **(raw if isinstance(raw, dict) else {})}
    if set(given) != {"text", "spelling", "scope"}:
        raise Invalid([FieldError("entries", "wrong_type")])
    try:
        spelling, scope = Spelling(given["spelling"]), Scope(given["scope"])
    except ValueError:
        raise Invalid([FieldError("entries", "wrong_type")]) from None
    return {"text": _LINE.parse(given["text"]), "spelling": spelling.value, "scope": scope.value}


def _figures(**bounds: tuple[int, int]) -> "Callable[[RuleDraft], dict[str, Any]]":
    def check(draft: RuleDraft) -> dict[str, Any]:
        _only(draft, *bounds)
        defaults = _DEFAULTS[draft.kind]
        return {name: _figure(draft.params.get(name, defaults[name]), *bound) for name, bound in bounds.items()}

    return check


def _figure(value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Invalid([FieldError("params", "wrong_type")])
    if not least <= value <= most:
        raise Invalid([FieldError("params", "out_of_range", {"minimum": least, "maximum": most})])
    return value


def _lines(name: str) -> "Callable[[RuleDraft], dict[str, Any]]":
    def check(draft: RuleDraft) -> dict[str, Any]:
        _only(draft, name)
        return {name: [_LINE.parse(line) for line in _list(draft, name, MOST_NAMES)]}

    return check


def _list(draft: RuleDraft, name: str, most: int) -> list[Any]:
    raw = draft.params.get(name, _DEFAULTS.get(draft.kind, _NO_PARAMS).get(name, []))
    if not isinstance(raw, list):
        raise Invalid([FieldError("params", "wrong_type")])
    if len(raw) > most:
        raise Invalid([FieldError("params", "too_many_entries", {"maximum": most})])
    return raw


def _no_params(draft: RuleDraft) -> dict[str, Any]:
    _only(draft)
    return {}


def _only(draft: RuleDraft, *names: str) -> None:
    if set(draft.params) - set(names):
        raise Invalid([FieldError("params", "unknown_field")])


_PARAMS: "Final[Mapping[HeldReason, Callable[[RuleDraft], dict[str, Any]]]]" = MappingProxyType(
    {
        HeldReason.WORDS: _checked_entries,
        HeldReason.PERSONAL_DATA: _lines("allowed"),
        HeldReason.IMPOSTOR: _lines("names"),
        HeldReason.HAS_LINKS: _figures(least=(1, 100)),
        HeldReason.READER_FLOOD: _figures(count=(1, 100), minutes=(1, 1440)),
        HeldReason.PAGE_FLOOD: _figures(count=(2, 300), minutes=(1, 60), factor=(2, 100)),
    }
)
