"""A comment as somebody typed it, read from a form or from JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from engagement_widgets.comments.fields import (
    BODY,
    NAME,
    host_email,
    host_name,
    parse_comment_id,
    parse_email,
    parse_submission_key,
)
from engagement_widgets.hooks import Answer
from engagement_widgets.kernel.text import Fields
from engagement_widgets.web.challenges import asked_field, read_answer
from engagement_widgets.web.context import Context
from engagement_widgets.web.identity import Client

TRAP = "website"
"""A field that people do not see: what fills it in is a program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A comment as typed, every field parsed. `name` and `email` of a signed-in reader are the host's."""

    name: str
    email: str | None = field(repr=False)
    body: str
    parent: UUID | None
    submission_key: str | None = field(repr=False)
    answer: Answer | None
    no_code: bool
    trapped: bool


def parse_draft(ctx: Context, values: Mapping[str, object], client: Client, *, no_code: bool) -> Draft:
    """Check everything that was typed.

    Raises:
        Invalid: naming every wrong field.
    """
    fields = Fields()
    user = client.user
    needs_code = user is None and not no_code
    name = host_name(user) if user else fields.take("name", NAME.parse, values.get("name"))
    email = host_email(user) if user else fields.take("email", parse_email, values.get("email"))
    body = fields.take("body", BODY.parse, values.get("body"))
    parent = fields.take("parent", parse_comment_id, values.get("parent"))
    key = fields.take("submission_key", parse_submission_key, values.get("submission_key"))
    answer = fields.take(asked_field(ctx), lambda _: read_answer(ctx, values), None) if needs_code else None
    fields.check()
    return Draft(
        name=name or "",
        email=email,
        body=body or "",
        parent=parent,
        submission_key=key,
        answer=answer,
        no_code=no_code and user is None,
        trapped=bool(values.get(TRAP)),
    )
