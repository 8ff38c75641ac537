"""What the rules ask the database: scalar questions that stand together in one statement, and two that are rare."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.types import TypeEngine

from engagement_widgets.comments.fields import normal_email
from engagement_widgets.comments.rules.case import Case, Rates
from engagement_widgets.comments.rules.rule import Rule
from engagement_widgets.comments.rules.similar import BANDS
from engagement_widgets.comments.rules.tables import bands, blocks, emergencies, rule_sets
from engagement_widgets.comments.states import HeldReason, Status
from engagement_widgets.comments.tables import comments, holds
from engagement_widgets.comments.trust import last_decided
from engagement_widgets.comments.visibility import public
from engagement_widgets.hooks import Moderation
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.prepared import Prepared
from engagement_widgets.storage.schema import Moment
from engagement_widgets.storage.units import Tx

_NOBODY: Final = UUID(int=0)
_WEEK: Final = timedelta(weeks=1)
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
BAND_NAMES: Final = tuple(f"band{number}" for number in range(BANDS))
"""Names under which a text's keys are bound."""
_NO_KEYS: Final = (None,) * BANDS
_CANDIDATES_READ: Final = 3
_SHARING_READ: Final = 12  # of each key, so that a page of very many comments costs a post no more
# A page whose last ten minutes are compared with the six hours before them. Neither is counted further than it takes
# to tell the answer, so that a flood costs a post no more than a moment.
_HISTORY: Final = 36
_MOST_ARRIVALS: Final = 300

# Each value is bound once and asked for by name: a statement of sixty values costs more than its answers.
_TYPES: Final[Mapping[str, TypeEngine[Any]]] = MappingProxyType(
    {
        "site": String(),
        "page": Uuid(),
        "now": Moment(),
        "itself": Uuid(),
        "reader": String(),
        "email": String(),
        "address": String(),
        "hash": String(),
        "section": String(),
        "page_subject": String(),
        "reader_since": Moment(),
        "page_since": Moment(),
    }
)
GIVEN = select(*(bindparam(name, type_=type_).label(name) for name, type_ in _TYPES.items())).subquery("g")
"""The values of `bind`: what the questions are asked about."""

_G = GIVEN.c
_ON_PAGE = and_(comments.c.site_id == _G.site, comments.c.page_id == _G.page)
_OF_READER = and_(comments.c.site_id == _G.site, comments.c.reader == _G.reader)


def _at_most(limit: str, *conditions: "ColumnElement[bool]") -> "ScalarSelect[int]":
    """How many comments there are, counted no further than a bound value, which no database takes from a column."""
    found: Select[Any] = select(literal_column("1")).select_from(comments).where(*conditions).correlate(GIVEN)
    found = found.limit(bindparam(limit, type_=Integer()))
    return select(func.count()).select_from(found.subquery()).correlate(GIVEN).scalar_subquery()


_BLOCK = (
    select(func.max(blocks.c.effect))  # to refuse is more than to hold, in the alphabet too
    .where(
        blocks.c.site_id == _G.site,
        blocks.c.subject.in_([_G.reader, _G.email, _G.address]),
        or_(blocks.c.until.is_(None), blocks.c.until > _G.now),
    )
    .correlate(GIVEN)
    .scalar_subquery()
)
_SECTION = (
    select(pages.c.section).where(pages.c.site_id == _G.site, pages.c.id == _G.page).correlate(GIVEN).scalar_subquery()
)
# The driver of PostgreSQL remembers statements of up to 4,096 characters, and reads others anew: short names.
_E = emergencies.alias("e")
# The first by the alphabet: that of the brake, where it stands beside one that was set by hand.
_EMERGENCY = (
    select(func.min(_E.c.subject))
    .where(
        _E.c.site_id == _G.site,
        _E.c.until > _G.now,
        _E.c.subject.in_(
            [
                literal_column("'site'"),
                _G.page_subject,
                literal_column("'section:'") + func.coalesce(_SECTION, _G.section),
                literal_column("'auto:site'"),
                literal_column("'auto:'") + _G.page_subject,
            ]
        ),
    )
    .correlate(GIVEN)
    .scalar_subquery()
)
_SHARES_A_BAND = and_(
    # bound values: SQLite looks a list of columns up in no index
    bands.c.week.in_([bindparam("week", type_=Integer()), bindparam("week_before", type_=Integer())]),
    bands.c.band.in_([bindparam(name, type_=BigInteger()) for name in BAND_NAMES]),
)
_TRUST = last_decided("trust").subquery()
QUESTIONS = (
    select(rule_sets.c.version)
    .where(rule_sets.c.site_id == _G.site)
    .correlate(GIVEN)
    .scalar_subquery()
    .label("rules_version"),
    exists().where(_OF_READER, public()).correlate(GIVEN).label("known_reader"),
    select(comments.c.id)
    .where(_ON_PAGE, comments.c.body_hash == _G.hash, comments.c.id != _G.itself)
    .limit(literal_column("1"))
    .correlate(GIVEN)
    .scalar_subquery()
    .label("twin"),
    exists()
    .where(bands.c.site_id == _G.site, bands.c.page_id == _G.page, bands.c.comment_id != _G.itself, _SHARES_A_BAND)
    .correlate(GIVEN)
    .label("may_resemble"),
    _BLOCK.label("block"),
    _EMERGENCY.label("emergency"),
    select(func.count())
    .select_from(_TRUST)
    .where(_TRUST.c.status == literal_column(f"'{Status.APPROVED}'"))
    .scalar_subquery()
    .label("approved"),
    _at_most("reader_most", _OF_READER, comments.c.submitted_at > _G.reader_since).label("reader_recent"),
    _at_most("page_most", _ON_PAGE, comments.c.submitted_at > _G.page_since).label("page_recent"),
)
"""To stand in one statement over `GIVEN` with what else its asker needs; the values are those of `bind`."""

_LOOK = Prepared(select(*QUESTIONS).select_from(GIVEN))
_SINCE: "ColumnElement[datetime]" = bindparam("since", type_=Moment())
_ARRIVED = and_(comments.c.site_id == bindparam("site"), comments.c.page_id == bindparam("page", type_=Uuid()))
_RATES = select(
    _at_most("most_now", _ARRIVED, comments.c.submitted_at > _SINCE).label("now"),
    _at_most(
        "most_before",
        _ARRIVED,
        comments.c.submitted_at > bindparam("long_since", type_=Moment()),
        comments.c.submitted_at <= _SINCE,
        comments.c.status == literal_column(f"'{Status.APPROVED}'"),  # a wave that waits is nobody's habit
    ).label("before"),
)


_B = bands.alias("b")


def _newest(band: str) -> "Select[Any]":
    """The newest comments of a page that have this key: on a page of very many, hundreds share one of common words."""
    found = select(_B.c.comment_id).where(
        _B.c.site_id == bindparam("site"),
        _B.c.week.in_([bindparam("week", type_=Integer()), bindparam("week_before", type_=Integer())]),
        _B.c.page_id == bindparam("page"),
        _B.c.band == bindparam(band, type_=BigInteger()),
        _B.c.comment_id != bindparam("itself"),
    )
    newest = found.order_by(_B.c.week.desc(), _B.c.comment_id.desc()).limit(literal_column(str(_SHARING_READ)))
    return select(newest.subquery().c.comment_id)


_SHARING = union_all(*map(_newest, BAND_NAMES)).subquery()
_CANDIDATES = Prepared(
    select(comments.c.id, comments.c.body)
    .where(
        comments.c.site_id == bindparam("site"),
        comments.c.id.in_(
            select(_SHARING.c.comment_id)
            .group_by(_SHARING.c.comment_id)
            .order_by(func.count().desc(), _SHARING.c.comment_id.desc())
            .limit(literal_column(str(_CANDIDATES_READ)))
        ),
    )
    .order_by(comments.c.id)
)
_GROUP = select(holds.c.params).where(
    holds.c.site_id == bindparam("site"),
    holds.c.comment_id == bindparam("comment", type_=Uuid()),
    holds.c.reason.in_([HeldReason.SIMILAR.value, HeldReason.DUPLICATE.value]),
)


def bind(tx: Tx, case: Case) -> dict[str, Any]:
    """The values of `QUESTIONS`. A rule that is not enabled is not counted for."""
    reader, page = (_window(tx, case, kind) for kind in (HeldReason.READER_FLOOD, HeldReason.PAGE_FLOOD))
    return {
        **_bind_bands(tx, case),
        "now": tx.now,
        "reader": case.reader,
        "email": None if case.email is None else f"e:{normal_email(case.email)}",
        "address": None if case.address_hash is None else f"a:{case.address_hash}",
        "hash": case.body_hash,
        "section": case.page.section,
        "page_subject": f"page:{case.page_id}",
        "trust": case.trust_after if case.moderation is Moderation.TRUST else 0,
        "reader_since": reader[0],
        "reader_most": reader[1],
        "page_since": page[0],
        "page_most": page[1],
    }


def _bind_bands(tx: Tx, case: Case) -> dict[str, Any]:
    week = week_of(tx.now)
    given = {"site": tx.site, "page": case.page_id, "itself": case.comment_id or _NOBODY}
    return (
        given
        | {"week": week, "week_before": week - 1}
        | dict(zip(BAND_NAMES, case.examined.bands or _NO_KEYS, strict=True))
    )


def look(tx: Tx, case: Case) -> Any:  # noqa: ANN401  (the row of `QUESTIONS`)
    """The answers, in one statement."""
    return tx.execute(_LOOK, bind(tx, case)).one()


def week_of(moment: datetime) -> int:
    """The week a comment's bands are kept under."""
    return (moment - _EPOCH) // _WEEK


def candidates(tx: Tx, case: Case) -> Sequence[Any]:
    """The comments of the page with most keys in common, the oldest of them first: `id` and `body`."""
    return tx.execute(_CANDIDATES, _bind_bands(tx, case)).all()


def first_of_group(tx: Tx, comment_id: UUID) -> str:
    """The comment that this one was found to resemble, or itself."""
    params = tx.execute(_GROUP, {"site": tx.site, "comment": comment_id}).scalars().first()
    return str(params["of"] if params else comment_id)


def unusual_rates(tx: Tx, case: Case, rule: Rule) -> Rates | None:
    """How many comments come to the page, where that is more than its six hours before explain by the rule's factor."""
    params = rule.draft.params
    window = timedelta(minutes=params["minutes"])
    asked = {
        "site": tx.site,
        "page": case.page_id,
        "since": tx.now - window,
        "long_since": tx.now - window * (_HISTORY + 1),
        "most_now": _MOST_ARRIVALS,
        "most_before": _MOST_ARRIVALS * _HISTORY // params["factor"],
    }
    rates = tx.execute(_RATES, asked).one()
    if rates.now * _HISTORY <= rates.before * params["factor"]:
        return None
    return Rates(count=rates.now, usual=rates.before / _HISTORY, minutes=params["minutes"])


def _window(tx: Tx, case: Case, kind: HeldReason) -> tuple[datetime, int]:
    of_page = kind is HeldReason.PAGE_FLOOD and case.moderation is Moderation.PRE and not case.brakes
    is_moot = case.comment_id is not None or of_page
    rule = None if is_moot else case.examined.rules.of(kind)
    if rule is None:
        return tx.now, 0
    return tx.now - timedelta(minutes=rule.draft.params["minutes"]), rule.draft.params["count"]
