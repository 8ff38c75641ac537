"""The one place where a comment is judged, for posts and edits alike: every rule in its order, inside the unit.

What the text alone tells is found before, outside the transaction, and comes in as `Examined`. Here the version of the
set is compared first: a rule that changed in between sends the comment back to be examined again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, delete, insert

from engagement_widgets.comments.rules.case import Case, Ruling
from engagement_widgets.comments.rules.facts import (
    candidates,
    first_of_group,
    leaves_its_rate,
    look,
    week_of,
)
from engagement_widgets.comments.rules.rule import Finding, Rule
from engagement_widgets.comments.rules.similar import is_similar
from engagement_widgets.comments.rules.tables import bands
from engagement_widgets.comments.rules.words import Action
from engagement_widgets.comments.states import HeldReason
from engagement_widgets.comments.tables import holds
from engagement_widgets.errors import FieldError, Invalid, Param, Refused
from engagement_widgets.hooks import Moderation
from engagement_widgets.storage.units import Tx


class RulesChanged(Exception):
    """The rules are no longer those the text was examined with: examine it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    tx: Tx
    case: Case
    facts: Any  # the row of `facts.QUESTIONS`
    rule: Rule


_Found = Mapping[str, Param] | None

_INSERT_HOLDS = insert(holds)
_DROP_HOLDS = delete(holds).where(
    holds.c.site_id == bindparam("site"),
    holds.c.comment_id == bindparam("comment"),
    holds.c.rule != bindparam("none"),
)
_INSERT_BANDS = insert(bands)


def judge(tx: Tx, case: Case, facts: Any = None) -> Ruling:  # noqa: ANN401
    """Every reason to hold a comment, to call it spam, or to refuse it.

    Args:
        tx: the unit's transaction.
        case: what is judged.
        facts: the row of a statement that has asked `facts.QUESTIONS` already; None asks now.

    Raises:
        RulesChanged: examine the text again.
        Refused: `writer_blocked`.
        Invalid: `rejected_by_rule`, of the field the rule looked at.
    """
    if case.is_staff:  # it is who the others wait for
        return Ruling()
    facts = facts or look(tx, case)
    if (facts.rules_version or 0) != case.examined.rules.version:
        raise RulesChanged
    if facts.refused:
        raise Refused("writer_blocked")
    found = [*case.examined.findings, *_of_context(tx, case, facts)]
    found.sort(key=lambda one: (one.rule.position, one.rule.id))
    for one in found:
        if one.rule.draft.action is Action.REJECT:
            raise Invalid([FieldError("name" if one.field == "name" else "body", "rejected_by_rule")])
    return Ruling(findings=tuple(found))


def store_holds(tx: Tx, comment_id: UUID, ruling: Ruling) -> None:
    """Write down why a new comment waits: a row a finding, with rule, version, field and span."""
    if ruling.findings:
        tx.execute(
            _INSERT_HOLDS,
            [
                {
                    "site_id": tx.site,
                    "comment_id": comment_id,
                    "reason": one.rule.kind.value,
                    "rule": one.rule.id,
                    "number": number,
                    "rule_version": one.rule.version,
                    "field": one.field,
                    "span_start": one.start,
                    "span_end": one.end,
                    "params": dict(one.params),
                }
                for number, one in enumerate(ruling.findings)
            ],
        )


def replace_holds(tx: Tx, comment_id: UUID, ruling: Ruling) -> None:
    """The same for an edited comment: what the rules said of the text before is gone, what others said stays."""
    tx.execute(_DROP_HOLDS, {"site": tx.site, "comment": comment_id, "none": ""})
    store_holds(tx, comment_id, ruling)


def store_bands(tx: Tx, comment_id: UUID, case: Case) -> None:
    """Keep what later comments of the page are compared by, for one to two weeks."""
    if case.examined.bands:
        shared = {"site_id": tx.site, "week": week_of(tx.now), "page_id": case.page_id, "comment_id": comment_id}
        tx.execute(_INSERT_BANDS, [{**shared, "band": band} for band in dict.fromkeys(case.examined.bands)])


def _of_context(tx: Tx, case: Case, facts: Any) -> Iterator[Finding]:  # noqa: ANN401
    for kind, ask in _CONTEXT.items():
        rule = case.examined.rules.of(kind)
        if rule is not None:
            params = ask(_Asked(tx=tx, case=case, facts=facts, rule=rule))
            if params is not None:
                yield Finding(rule=rule, params=params)


def _when(*, is_so: object) -> _Found:
    return {} if is_so else None


def _untrusted(asked: _Asked) -> _Found:
    case = asked.case
    if case.moderation is not Moderation.TRUST or asked.facts.approved >= case.trust_after:
        return None
    return {"needed": case.trust_after}


def _twin(asked: _Asked) -> _Found:
    twin = asked.facts.twin
    return None if twin is None else {"of": first_of_group(asked.tx, twin)}


def _similar(asked: _Asked) -> _Found:
    if asked.facts.twin is not None or not asked.facts.may_resemble:
        return None
    for candidate in candidates(asked.tx, asked.case):
        if is_similar(asked.case.body, candidate.body):
            return {"of": first_of_group(asked.tx, candidate.id)}
    return None


def _reader_flood(asked: _Asked) -> _Found:
    params = asked.rule.draft.params
    is_flood = asked.case.comment_id is None and asked.facts.reader_recent >= params["count"]
    return {name: params[name] for name in ("count", "minutes")} if is_flood else None


def _page_flood(asked: _Asked) -> _Found:
    params = asked.rule.draft.params
    if asked.case.comment_id is not None or asked.facts.page_recent < params["count"]:
        return None
    return {"minutes": params["minutes"]} if leaves_its_rate(asked.tx, asked.case, asked.rule) else None


def _sign(asked: _Asked) -> _Found:
    return _when(is_so=asked.rule.kind in asked.case.signs)


_CONTEXT: "Final[Mapping[HeldReason, Callable[[_Asked], _Found]]]" = MappingProxyType(
    {
        HeldReason.EMERGENCY: lambda asked: _when(is_so=asked.facts.emergency is not None),
        HeldReason.BLOCKED: lambda asked: _when(is_so=asked.facts.blocked),
        HeldReason.PREMODERATION: lambda asked: _when(is_so=asked.case.moderation is Moderation.PRE),
        HeldReason.UNTRUSTED: _untrusted,
        # where the page publishes first, being new is no reason
        HeldReason.FIRST_COMMENT: lambda asked: _when(
            is_so=asked.case.moderation is not Moderation.POST and not asked.facts.known_reader
        ),
        HeldReason.DUPLICATE: _twin,
        HeldReason.SIMILAR: _similar,
        **dict.fromkeys(
            (HeldReason.NO_CODE, HeldReason.HASTY, HeldReason.NO_WORK, HeldReason.TRAP, HeldReason.CROWD), _sign
        ),
        HeldReason.READER_FLOOD: _reader_flood,
        HeldReason.PAGE_FLOOD: _page_flood,
    }
)
