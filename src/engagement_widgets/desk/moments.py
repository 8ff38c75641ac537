"""Moments that travel in addresses and forms of the desk."""

from datetime import datetime

from engagement_widgets.errors import FieldError, Invalid


def parse_moment(raw: str, field: str) -> datetime:
    """A moment with its zone, as `isoformat` wrote it.

    Raises:
        Invalid: naming the field: `wrong_type`.
    """
    try:
        moment = datetime.fromisoformat(raw)
        moment.timestamp()  # one at either end of the calendar has none
    except (ValueError, OverflowError):
        raise Invalid([FieldError(field, "wrong_type")]) from None
    if moment.tzinfo is None or not 1970 <= moment.year <= 9000:  # noqa: PLR2004  (every database and zone can tell it)
        raise Invalid([FieldError(field, "wrong_type")])
    return moment
