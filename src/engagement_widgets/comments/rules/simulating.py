"""What a rule would do, tried on the comments that came last: read in short transactions, beside the writes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, select

from engagement_widgets.comments.remains import IS_WHOLE
from engagement_widgets.comments.rules.rule import FIELDS_OF, Finding, Rule, RuleDraft
from engagement_widgets.comments.rules.ruleset import RuleSet, Written
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.errors import Conflict, FieldError, Invalid
from engagement_widgets.storage.units import Storage, Tx

MOST: Final = 5_000
EXAMPLES: Final = 20
SHARE: Final = 0.02
"""Of the last comments: a rule that touches more needs a reason."""

_CHUNK: Final = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A comment that the rule would touch, what it finds there, and what was decided about it."""

    id: UUID
    name: str
    body: str
    submitted_at: datetime
    status: Status
    decided_by: str | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """Of `seen` comments `touched` by the rule, by the status they stand in, and the newest of them."""

    seen: int
    touched: int
    statuses: Mapping[Status, int]
    examples: tuple[Example, ...]

    @property
    def share(self) -> float:
        """Touched of seen, 0–1."""
        return self.touched / self.seen if self.seen else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    rules: RuleSet
    own_names: tuple[str, ...]
    size: int
    before: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chunk:
    seen: int
    last: UUID | None
    touched: tuple[Example, ...]


_NEWEST = (
    select(
        comments.c.id,
        comments.c.author_name,
        comments.c.body,
        comments.c.submitted_at,
        comments.c.status,
        comments.c.decided_by,
    )
    .where(comments.c.site_id == bindparam("site"), comments.c.is_staff.is_(False), IS_WHOLE)
    .order_by(comments.c.id.desc())
    .limit(bindparam("size", type_=Integer()))
)
_OLDER = _NEWEST.where(comments.c.id < bindparam("before", type_=Uuid()))


def simulate(storage: Storage, draft: RuleDraft, last: int = MOST, own_names: tuple[str, ...] = ()) -> Simulation:
    """Try a checked rule on the newest `last` comments; blocking, in chunks of one short read each.

    Raises:
        Conflict: `cannot_simulate`, for kinds that look at more than the text.
    """
    if draft.kind not in FIELDS_OF:
        raise Conflict("cannot_simulate")
    rules = RuleSet(0, [Rule(id="tried", version=0, position=0, draft=draft)])
    rules.compile()
    seen, before, statuses = 0, None, Counter[Status]()
    examples: list[Example] = []
    while seen < last:
        ask = _Ask(rules=rules, own_names=own_names, size=min(_CHUNK, last - seen), before=before)
        chunk = storage.read_sync(_try, ask)
        seen, before = seen + chunk.seen, chunk.last
        statuses.update(one.status for one in chunk.touched)
        examples += chunk.touched[: EXAMPLES - len(examples)]
        if chunk.seen < ask.size:
            break
    return Simulation(seen=seen, touched=statuses.total(), statuses=dict(statuses), examples=tuple(examples))


def check_share(storage: Storage, draft: RuleDraft, why: str, own_names: tuple[str, ...] = ()) -> None:
    """Ask for a reason where a rule would touch more than a fiftieth of the newest 5,000 comments; blocking.

    Raises:
        Invalid: `reason_required` {percent, touched, seen} of `why`.
    """
    if why or not draft.enabled or draft.kind not in FIELDS_OF:
        return
    found = simulate(storage, draft, own_names=own_names)
    if found.share > SHARE:
        percent = round(found.share * 100, 1)
        error = FieldError("why", "reason_required", {"percent": percent, "touched": found.touched, "seen": found.seen})
        raise Invalid([error])


def _try(tx: Tx, ask: _Ask) -> _Chunk:
    if ask.before is None:
        rows = tx.execute(_NEWEST, {"site": tx.site, "size": ask.size}).all()
    else:
        rows = tx.execute(_OLDER, {"site": tx.site, "size": ask.size, "before": ask.before}).all()
    touched = []
    for row in rows:
        found = ask.rules.read(Written(name=row.author_name, body=row.body, own_names=ask.own_names))
        if found:
            touched.append(
                Example(
                    id=row.id,
                    name=row.author_name,
                    body=row.body,
                    submitted_at=row.submitted_at,
                    status=Status(row.status),
                    decided_by=row.decided_by,
                    findings=found,
                )
            )
    return _Chunk(seen=len(rows), last=rows[-1].id if rows else None, touched=tuple(touched))
