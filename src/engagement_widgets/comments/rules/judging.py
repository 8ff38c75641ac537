"""The one place where a comment is judged, for posts and edits alike: every rule in its order, inside the unit.

What the text alone tells is found before, outside the transaction, and comes in as `Examined`. Here the version of the
set is compared first: a rule that changed in between sends the comment back to be examined again.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Integer, String, Uuid, bindparam, delete, insert

from engagement_widgets.comments.rules.case import Case, Rates, Ruling
from engagement_widgets.comments.rules.facts import (
    BAND_NAMES,
    candidates,
    first_of_group,
    look,
    unusual_rates,
    week_of,
)
from engagement_widgets.comments.rules.rule import BUILT_IN, Finding, Rule
from engagement_widgets.comments.rules.similar import bands as keys_of
from engagement_widgets.comments.rules.similar import is_similar
from engagement_widgets.comments.rules.tables import AUTO, bands
from engagement_widgets.comments.rules.words import Action
from engagement_widgets.comments.states import OF_THE_TEXT, Effect, HeldReason
from engagement_widgets.comments.tables import holds
from engagement_widgets.errors import FieldError, Invalid, Param, Refused
from engagement_widgets.hooks import Moderation
from engagement_widgets.storage.prepared import Prepared
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert


class RulesChanged(Exception):
    """The rules are no longer those the text was examined with: examine it again."""


_Found = Mapping[str, Param] | None
_Ask = Callable[[Tx, Case, Any, Rule], _Found]

_NO_FIGURES: Final[Mapping[str, Param]] = MappingProxyType({})

_INSERT_HOLDS = Prepared(insert(holds))
_DROP_HOLDS = delete(holds).where(
    holds.c.site_id == bindparam("site"),
    holds.c.comment_id == bindparam("comment"),
    holds.c.reason.in_(sorted(OF_THE_TEXT)),
)
# All keys as one statement: as eight, each would hand the interpreter to the event loop and wait for it twice.
_INSERT_BANDS = Prepared(
    Upsert(
        lambda insert: (
            insert(bands)
            .values(
                [
                    {
                        "site_id": bindparam("site", type_=String()),
                        "week": bindparam("week", type_=Integer()),
                        "page_id": bindparam("page", type_=Uuid()),
                        "band": bindparam(name, type_=BigInteger()),
                        "comment_id": bindparam("comment", type_=Uuid()),
                    }
                    for name in BAND_NAMES
                ]
            )
            .on_conflict_do_nothing()  # two keys of one text may be the same
        )
    )
)
# Key by key: a page's keys of two weeks are many, and no index leads from a comment to its own.
_DROP_BAND = delete(bands).where(
    bands.c.site_id == bindparam("site"),
    bands.c.week.in_([bindparam("week", type_=Integer()), bindparam("week_before", type_=Integer())]),
    bands.c.page_id == bindparam("page"),
    bands.c.band == bindparam("key", type_=BigInteger()),
    bands.c.comment_id == bindparam("comment"),
)


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
    if facts.block == Effect.REFUSE:
        raise Refused("writer_blocked")
    found = list(case.examined.findings)
    for kind, ask in _CONTEXT.items():
        rule = case.examined.rules.of(kind)
        if rule is not None and (params := ask(tx, case, facts, rule)) is not None:
            found.append(Finding(rule=rule, params=params))
    wave = _wave(tx, case, facts, found)
    if wave is not None:
        found.append(_flood(case, wave))
    found.sort(key=lambda one: (one.rule.position, one.rule.id))
    for one in found:
        if one.rule.draft.action is Action.REJECT:
            raise Invalid([FieldError("name" if one.field == "name" else "body", "rejected_by_rule")])
    return Ruling(findings=tuple(found), wave=wave if case.brakes else None)


def store_holds(tx: Tx, comment_id: UUID, findings: Sequence[Finding]) -> None:
    """Write down why a new comment waits: a row a finding, with rule, version, field and span."""
    if findings:
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
                for number, one in enumerate(findings)
            ],
        )


def replace_holds(tx: Tx, comment_id: UUID, findings: Sequence[Finding]) -> None:
    """The same for an edited comment: what was said of the text before is gone, how it came in stays."""
    tx.execute(_DROP_HOLDS, {"site": tx.site, "comment": comment_id})
    store_holds(tx, comment_id, findings)


def store_bands(tx: Tx, comment_id: UUID, case: Case) -> None:
    """Keep what later comments of the page are compared by, for one to two weeks."""
    _insert_bands(tx, comment_id, case.page_id, case.examined.bands, week_of(tx.now))


def replace_bands(tx: Tx, comment_id: UUID, case: Case, *, former: str) -> None:
    """The same for an edited comment: what it said before is nobody's to repeat any more."""
    drop_bands(tx, comment_id, case.page_id, former)
    store_bands(tx, comment_id, case)


def renew_bands(tx: Tx, row: Any, body: str) -> None:  # noqa: ANN401
    """The same for a masked comment, whose row tells what it said and when: it is compared no longer than before."""
    drop_bands(tx, row.id, row.page_id, row.body)
    week = week_of(row.edited_at or row.submitted_at)
    if week >= week_of(tx.now) - 1:
        _insert_bands(tx, row.id, row.page_id, keys_of(body), week)


def drop_bands(tx: Tx, comment_id: UUID, page_id: UUID, body: str) -> None:
    """Let nobody repeat what a comment says: its author has taken it back."""
    week = week_of(tx.now)
    its = {"site": tx.site, "week": week, "week_before": week - 1, "page": page_id, "comment": comment_id}
    if keys := set(keys_of(body)):
        tx.execute(_DROP_BAND, [{**its, "key": key} for key in keys])


def _insert_bands(tx: Tx, comment_id: UUID, page_id: UUID, keys: Sequence[int], week: int) -> None:
    if keys:
        shared = {"site": tx.site, "week": week, "page": page_id, "comment": comment_id}
        tx.execute(_INSERT_BANDS, shared | dict(zip(BAND_NAMES, keys, strict=True)))


def _when(is_so: object) -> _Found:
    return _NO_FIGURES if is_so else None


def _untrusted(tx: Tx, case: Case, facts: Any, rule: Rule) -> _Found:  # noqa: ANN401
    del tx, rule
    if case.moderation is not Moderation.TRUST or facts.approved >= case.trust_after:
        return None
    return {"needed": case.trust_after}


def _twin(tx: Tx, case: Case, facts: Any, rule: Rule) -> _Found:  # noqa: ANN401
    del case, rule
    return None if facts.twin is None else {"of": first_of_group(tx, facts.twin)}


def _similar(tx: Tx, case: Case, facts: Any, rule: Rule) -> _Found:  # noqa: ANN401
    del rule
    if facts.twin is not None or not facts.may_resemble:
        return None
    for candidate in candidates(tx, case):
        if is_similar(case.body, candidate.body):
            return {"of": first_of_group(tx, candidate.id)}
    return None


def _reader_flood(tx: Tx, case: Case, facts: Any, rule: Rule) -> _Found:  # noqa: ANN401
    del tx
    count, minutes = rule.draft.params["count"], rule.draft.params["minutes"]
    is_flood = case.comment_id is None and facts.reader_recent >= count
    return {"count": count, "minutes": minutes} if is_flood else None


def _wave(tx: Tx, case: Case, facts: Any, found: Sequence[Finding]) -> Rates | None:  # noqa: ANN401
    """Asked only where it matters: of no use to a comment that waits anyway, unless the brake is to be pulled."""
    rule = case.examined.rules.of(HeldReason.PAGE_FLOOD)
    if rule is None or case.comment_id is not None or facts.page_recent < rule.draft.params["count"]:
        return None
    is_moot = _is_braked(facts) or (found and not case.brakes)
    return None if is_moot else unusual_rates(tx, case, rule)


def _flood(case: Case, wave: Rates) -> Finding:
    rule = case.examined.rules.of(HeldReason.PAGE_FLOOD)
    return Finding(rule=rule or BUILT_IN[HeldReason.PAGE_FLOOD.value], params={"minutes": wave.minutes})


def _is_braked(facts: Any) -> bool:  # noqa: ANN401
    return facts.emergency is not None and facts.emergency.startswith(AUTO)


def _sign(tx: Tx, case: Case, facts: Any, rule: Rule) -> _Found:  # noqa: ANN401
    del tx, facts
    return _when(rule.kind in case.signs)


_CONTEXT: "Final[Mapping[HeldReason, _Ask]]" = MappingProxyType(
    {
        HeldReason.EMERGENCY: lambda _, __, facts, ___: _when(facts.emergency and not _is_braked(facts)),
        HeldReason.BRAKE: lambda _, __, facts, ___: _when(_is_braked(facts)),
        HeldReason.BLOCKED: lambda _, __, facts, ___: _when(facts.block),
        HeldReason.PREMODERATION: lambda _, case, __, ___: _when(case.moderation is Moderation.PRE),
        HeldReason.UNTRUSTED: _untrusted,
        # where the page publishes first, being new is no reason
        HeldReason.FIRST_COMMENT: lambda _, case, facts, __: _when(
            case.moderation is not Moderation.POST and not facts.known_reader
        ),
        HeldReason.DUPLICATE: _twin,
        HeldReason.SIMILAR: _similar,
        **dict.fromkeys(
            (HeldReason.NO_CODE, HeldReason.HASTY, HeldReason.NO_WORK, HeldReason.TRAP, HeldReason.CROWD), _sign
        ),
        HeldReason.READER_FLOOD: _reader_flood,
    }
)
