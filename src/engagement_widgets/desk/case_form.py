"""A complaint from outside, as a colleague writes it down."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from engagement_widgets.comments.cases.fields import NAME, STATEMENT, parse_phone, parse_subjects
from engagement_widgets.comments.cases.opening import OpenCase
from engagement_widgets.comments.cases.states import Channel
from engagement_widgets.comments.fields import parse_email
from engagement_widgets.desk.case_words import FROM_OUTSIDE
from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.hooks import DeskUser
from engagement_widgets.kernel.text import Fields
from engagement_widgets.web.context import Context

MOST_HOURS: Final = 720


def outside_case(ctx: Context, values: Mapping[str, object], actor: DeskUser) -> OpenCase:
    """The case to open: it hides at once.

    Raises:
        Invalid: naming every wrong field.
    """
    fields = Fields()
    comment_ids = fields.take("comments", parse_subjects, values.get("comments"))
    channel = fields.take("channel", _channel, values.get("channel"))
    name = fields.take("name", NAME.parse, values.get("name"))
    email = fields.take("email", parse_email, values.get("email"))
    phone = fields.take("phone", parse_phone, values.get("phone"))
    statement = fields.take("statement", STATEMENT.parse, values.get("statement"))
    hours = fields.take("hours", _hours, values.get("hours") or ctx.settings.case_deadline_hours)
    fields.check()
    return OpenCase(
        comment_ids=comment_ids or (),
        name=name or "",
        email=email,
        phone=phone,
        statement=statement or "",
        reader=f"desk:{actor.id}"[:260],
        address_hash="",
        is_new=False,
        hides=True,
        deadline=timedelta(hours=hours or 0),
        year=ctx.today().year,
        channel=channel or Channel.LETTER,
        actor=actor,
    )


def _channel(raw: object) -> Channel:
    for channel in FROM_OUTSIDE:
        if raw == channel.value:
            return channel
    raise Invalid([FieldError("channel", "unknown_channel")])


def _hours(raw: object) -> int:
    text = str(raw).strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_HOURS)) and 0 < int(text) <= MOST_HOURS):
        raise Invalid([FieldError("hours", "out_of_range", {"minimum": 1, "maximum": MOST_HOURS})])
    return int(text)
