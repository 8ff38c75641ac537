"""One constructor for each field of a notice."""

import re
from typing import Final
from uuid import UUID

from engagement_widgets.comments.fields import NAME, parse_email
from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.kernel.text import Fields, TextField

STATEMENT: Final = TextField("statement", minimum=10, maximum=2000, max_bytes=8 * 1024, multiline=True)
MOST_COMMENTS: Final = 10

_PHONE_TEXT: Final = TextField("phone", minimum=0, maximum=20, max_bytes=20)
_PHONE: Final = re.compile(r"\+?[0-9][0-9 .()-]{6,18}[0-9]")
_SUBJECTS: Final = TextField("comments", minimum=1, maximum=4000, max_bytes=16 * 1024, multiline=True)
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

__all__ = ["MOST_COMMENTS", "NAME", "STATEMENT", "parse_contact", "parse_faith", "parse_phone", "parse_subjects"]


def parse_phone(raw: object) -> str | None:
    """The telephone number as typed, or None when none was given.

    Raises:
        Invalid: `invalid_phone`, or what `TextField` raises.
    """
    text = _PHONE_TEXT.parse(raw)
    if text and _PHONE.fullmatch(text) is None:
        raise Invalid([FieldError("phone", "invalid_phone")])
    return text or None


def parse_contact(fields: Fields, email: object, phone: object) -> tuple[str | None, str | None]:
    """Address and number; one of them at least, or nobody can be asked or answered."""
    address = fields.take("email", parse_email, email)
    number = fields.take("phone", parse_phone, phone)
    if not email and not phone:
        fields.take("email", _contact, None)
    return address, number


def parse_subjects(raw: object) -> tuple[UUID, ...]:
    """The comments, each told by its link or its id, in lines or with blanks between.

    Raises:
        Invalid: `required`, `bad_comment_link`, `too_many_comments_named` {maximum}, or what `TextField` raises.
    """
    found = []
    for word in _SUBJECTS.parse(raw).split():
        ids = _UUID.findall(word)
        if not ids:
            raise Invalid([FieldError("comments", "bad_comment_link")])
        found.append(UUID(ids[-1]))  # an article's own id may stand before the comment's
    subjects = tuple(dict.fromkeys(found))
    if len(subjects) > MOST_COMMENTS:
        raise Invalid([FieldError("comments", "too_many_comments_named", {"maximum": MOST_COMMENTS})])
    return subjects


def parse_faith(raw: object) -> bool:
    """The declaration that the notice is made in good faith.

    Raises:
        Invalid: `good_faith_required`.
    """
    if raw not in {"yes", True}:
        raise Invalid([FieldError("good_faith", "good_faith_required")])
    return True


def _contact(raw: object) -> None:
    if raw is None:
        raise Invalid([FieldError("email", "contact_required")])
