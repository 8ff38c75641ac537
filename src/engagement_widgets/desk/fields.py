"""Constructors for what several of the desk's forms and calls take."""

from datetime import datetime

from engagement_widgets.errors import FieldError, Invalid


def parse_moment(raw: object) -> datetime | None:
    """A moment with its offset, as ISO 8601 writes it; None where none is given.

    Raises:
        Invalid: `bad_moment` of `until`.
    """
    if not raw:
        return None
    try:
        moment = datetime.fromisoformat(str(raw))
    except ValueError:
        raise Invalid([FieldError("until", "bad_moment")]) from None
    if moment.tzinfo is None:
        raise Invalid([FieldError("until", "bad_moment")])
    return moment
