"""The brake (*phanh tự động*): where a wave comes, the page or the site is held by itself for an hour.

A page's own history is compared by the rule `page_flood`, whose figures are the brake's; the site's here, with the
same factor. It is an emergency hold that nobody set: everybody waits, the captcha is a level harder, one alert goes
out. What the wave had published before it was known goes back to the queue, and what of it waited there is told as its.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Integer, Select, Uuid, and_, bindparam, exists, func, literal_column, select

from engagement_widgets.comments.decisions import change_status, lock_comment
from engagement_widgets.comments.emergencies import TOPIC, Scope, subject_of
from engagement_widgets.comments.held import hold
from engagement_widgets.comments.rules.case import Case, Rates
from engagement_widgets.comments.rules.tables import AUTO, emergencies
from engagement_widgets.comments.states import HeldReason, Status
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.visibility import is_public, public
from engagement_widgets.events import BrakePulled
from engagement_widgets.journal.service import SYSTEM, Record, record
from engagement_widgets.kernel.ids import first_id
from engagement_widgets.storage.quotas import spend_spaced
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

LASTS: Final = timedelta(minutes=60)
"""How long the brake holds; what goes on beyond that pulls it again."""

SITE_LEAST: Final = 150
"""Comments in ten minutes below which the site as a whole is in no wave."""

ASKED_EVERY: Final = 32
"""One comment in so many asks about the site; a page is asked about with every comment, by what is read anyway."""

SITE_WINDOW: Final = timedelta(minutes=10)
MOST_TAKEN_BACK: Final = 300
"""Comments of a wave that go back to the queue when it is known, and that are told as its: more never came before."""

_HISTORY: Final = 36  # windows before, as the rule for pages has
_MOST_NOW: Final = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """Pull the brake.

    Attributes:
        scope: `SITE` or `PAGE`.
        target: the page's id, "" for the site.
        cause: `comments` or `captcha`.
        count: how many came in `minutes`.
        usual: how many come in as many otherwise, rounded.
        minutes: of the window.
    """

    scope: Scope
    target: str
    cause: str
    count: int
    usual: int
    minutes: int


_STANDS = select(emergencies.c.until).where(
    emergencies.c.site_id == bindparam("site"),
    emergencies.c.subject == bindparam("subject"),
    emergencies.c.until > bindparam("now", type_=Moment()),
)
_STORE = Upsert(
    lambda insert: (row := insert(emergencies)).on_conflict_do_update(
        index_elements=["site_id", "subject"],
        set_={name: row.excluded[name] for name in ("until", "set_at", "figures")},
    )
)
_earlier = comments.alias("earlier")
_UNKNOWN_BEFORE = ~exists().where(
    _earlier.c.site_id == comments.c.site_id,
    _earlier.c.reader == comments.c.reader,
    _earlier.c.status == literal_column(f"'{Status.APPROVED}'"),
    _earlier.c.submitted_at <= bindparam("since", type_=Moment()),
)
_PUBLISHED = (
    select(comments.c.id)
    .where(
        comments.c.site_id == bindparam("site"),
        comments.c.submitted_at > bindparam("since", type_=Moment()),
        public(),
        comments.c.decided_by.is_(None),
        comments.c.is_staff.is_(False),
        _UNKNOWN_BEFORE,
    )
    .order_by(comments.c.id)
    .limit(bindparam("most", type_=Integer()))
)
_PUBLISHED_HERE = _PUBLISHED.where(comments.c.page_id == bindparam("page", type_=Uuid()))
_PUBLISHED_SINCE = _PUBLISHED.where(comments.c.id > bindparam("first", type_=Uuid()))
_WAITING = (
    select(comments.c.id)
    .where(
        comments.c.site_id == bindparam("site"),
        comments.c.submitted_at > bindparam("since", type_=Moment()),
        comments.c.status == literal_column(f"'{Status.PENDING}'"),
        comments.c.decided_by.is_(None),
    )
    .order_by(comments.c.submitted_at, comments.c.id)
    .limit(bindparam("most", type_=Integer()))
)
_WAITING_HERE = _WAITING.where(comments.c.page_id == bindparam("page", type_=Uuid()))
_ON_SITE = and_(comments.c.site_id == bindparam("site"), comments.c.id > bindparam("first", type_=Uuid()))


def _counted(*conditions: Any) -> Any:  # noqa: ANN401  (a statement)
    found: Select[Any] = select(literal_column("1")).select_from(comments).where(_ON_SITE, *conditions)
    return select(func.count()).select_from(found.limit(bindparam("most", type_=Integer())).subquery())


_NOW = _counted()
_BEFORE = _counted(
    comments.c.id <= bindparam("last", type_=Uuid()), comments.c.status == literal_column(f"'{Status.APPROVED}'")
)


def pull_for(scope: Scope, target: str, rates: Rates, cause: str = "comments") -> Pull:
    """The command for what was counted."""
    usual = round(rates.usual)
    return Pull(scope=scope, target=target, cause=cause, count=rates.count, usual=usual, minutes=rates.minutes)


def pull(tx: Tx, command: Pull) -> bool:
    """Hold the page or the site for `LASTS` and tell so; False where the brake stands already."""
    subject = AUTO + subject_of(command.scope, command.target)
    if tx.execute(_STANDS, {"site": tx.site, "subject": subject, "now": tx.now}).first() is not None:
        return False
    until = tx.now + LASTS
    figures = {"cause": command.cause, "count": command.count, "usual": command.usual, "minutes": command.minutes}
    row = {"site_id": tx.site, "subject": subject, "until": until, "set_at": tx.now, "figures": figures}
    tx.execute(_STORE[tx.dialect], row | {"reason": "", "banner": "", "set_by": SYSTEM.name})
    tx.touch(TOPIC)
    taken_back = _take_back(tx, command) if command.cause == "comments" else 0
    after = {"subject": subject, "until": until.isoformat(), "taken_back": taken_back, **figures}
    deed = Record(
        actor=SYSTEM, action="emergency.braked", subject_kind="emergency", subject_id=subject[:64], after=after
    )
    record(tx, deed)
    _tell(tx, command, until)
    return True


def pull_for_site(tx: Tx, case: Case) -> bool:
    """Pull the brake for the whole site where more comments come to it than its last six hours explain."""
    rule = case.examined.rules.of(HeldReason.PAGE_FLOOD)
    if rule is None:
        return False
    factor = rule.draft.params["factor"]
    asked = {"site": tx.site, "first": first_id(tx.now - SITE_WINDOW), "most": _MOST_NOW}
    count = tx.execute(_NOW, asked).scalar_one()
    if count < SITE_LEAST:
        return False
    asked |= {"first": first_id(tx.now - SITE_WINDOW * (_HISTORY + 1)), "last": asked["first"]}
    before = tx.execute(_BEFORE, asked | {"most": count * _HISTORY // factor}).scalar_one()
    if count * _HISTORY <= before * factor:
        return False
    minutes = SITE_WINDOW // timedelta(minutes=1)
    return pull(tx, pull_for(Scope.SITE, "", Rates(count=count, usual=before / _HISTORY, minutes=minutes)))


def _tell(tx: Tx, command: Pull, until: datetime) -> None:
    """One alert a wave: over however many pages it comes."""
    if not spend_spaced(tx, "brake-alert", 1, LASTS):
        return
    alert = BrakePulled(
        **tx.event_fields(),
        scope=command.scope.value,
        target=command.target,
        cause=command.cause,
        count=command.count,
        minutes=command.minutes,
        until=until,
    )
    tx.emit(alert)


def _take_back(tx: Tx, command: Pull) -> int:
    """Hold what the wave's new readers have published since the window began; who was known before keeps theirs.

    What has come since and waits for other reasons is marked as of the wave.
    """
    since = tx.now - timedelta(minutes=command.minutes)
    asked: dict[str, Any] = {"site": tx.site, "since": since, "most": MOST_TAKEN_BACK}
    if command.scope is Scope.PAGE:
        asked["page"] = UUID(command.target)
        published, waiting = _PUBLISHED_HERE, _WAITING_HERE
    else:
        asked["first"] = first_id(since)
        published, waiting = _PUBLISHED_SINCE, _WAITING
    for comment_id in tx.execute(waiting, asked).scalars().all():
        hold(tx, comment_id, HeldReason.BRAKE, {})
    found = [lock_comment(tx, comment_id) for comment_id in tx.execute(published, asked).scalars().all()]
    taken_back = [row for row in found if is_public(row.status)]
    for row in taken_back:
        change_status(tx, row, Status.PENDING)
        hold(tx, row.id, HeldReason.BRAKE, {})
    return len(taken_back)
