"""What editors choose and type about a rating, from an address or a form."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.kernel.text import Fields
from engagement_widgets.ratings.commands import DecideRating, RatingDecided
from engagement_widgets.ratings.decisions import clear_flag, freeze, leave_out, reopen, reset, take_in
from engagement_widgets.ratings.sets import VoteSet
from engagement_widgets.ratings.views import SCORES
from engagement_widgets.storage.units import Tx

Decision = Callable[[Tx, DecideRating], RatingDecided]

DECISIONS: Final[Mapping[str, Decision]] = MappingProxyType(
    {
        "freeze": freeze,
        "reopen": reopen,
        "reset": reset,
        "leave_out": leave_out,
        "take_in": take_in,
        "clear_flag": clear_flag,
    }
)
ABOUT_VOTES: Final = frozenset({"leave_out", "take_in"})
# A time is typed to the minute and means the whole of it.
_MINUTE: Final = timedelta(minutes=1) - timedelta(microseconds=1)


def parse_decision(raw: object) -> Decision:
    """What the pressed button says.

    Raises:
        Invalid: `unknown_decision`.
    """
    if not isinstance(raw, str) or raw not in DECISIONS:
        raise Invalid([FieldError("decision", "unknown_decision")])
    return DECISIONS[raw]


def parse_version(raw: str) -> int:
    """The version the editor saw.

    Raises:
        Invalid: `wrong_type`.
    """
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 10):  # noqa: PLR2004  (fits every integer column)
        raise Invalid([FieldError("version", "wrong_type")])
    return int(raw)


def parse_set(fields: Mapping[str, str], zone: ZoneInfo) -> VoteSet:
    """The set that the filter's fields name: `score_1` … `score_5`, `since`, `until`, `new_only`.

    Times without an offset are the site's; a whole minute is meant by `until`.

    Raises:
        Invalid: naming every wrong field: `choose_scores`, `bad_moment`, `until_before_since`.
    """
    parsed = Fields()
    scores = parsed.take("scores", _scores, fields)
    since = parsed.take("since", lambda raw: _moment(raw, zone), fields.get("since", ""))
    until = parsed.take("until", lambda raw: _moment(raw, zone, whole=True), fields.get("until", ""))
    parsed.check()
    if since is not None and until is not None and until < since:
        raise Invalid([FieldError("until", "until_before_since")])
    return VoteSet(scores=scores or SCORES, since=since, until=until, new_only=fields.get("new_only") == "1")


def typed_moment(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment as the field for it takes one."""
    return "" if moment is None else moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def set_fields(chosen: VoteSet) -> dict[str, str]:
    """The same set as fields, to the microsecond: what a preview has shown is what its button means."""
    fields = {f"score_{score}": "1" for score in chosen.scores}
    if chosen.since is not None:
        fields["since"] = chosen.since.isoformat()
    if chosen.until is not None:
        fields["until"] = chosen.until.isoformat()
    return fields | ({"new_only": "1"} if chosen.new_only else {})


def _scores(fields: object) -> tuple[int, ...]:
    scores = tuple(score for score in SCORES if isinstance(fields, Mapping) and fields.get(f"score_{score}") == "1")
    if not scores:
        raise Invalid([FieldError("scores", "choose_scores")])
    return scores


def _moment(raw: object, zone: ZoneInfo, *, whole: bool = False) -> datetime | None:
    if not raw:
        return None
    try:
        moment = datetime.fromisoformat(str(raw))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
            moment += _MINUTE if whole and not moment.second else timedelta(0)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid([FieldError("moment", "bad_moment")]) from None
    return moment
