"""One constructor for each stored field, used alike by the form, the API, the desk and imports."""

import re
import secrets
from uuid import UUID

import regex

from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.hooks import HostUser
from engagement_widgets.kernel.text import TextError, TextField, canonical

NAME = TextField("name", minimum=1, maximum=60, max_bytes=240, stacks_marks=False)
BODY = TextField("body", minimum=2, maximum=3000, max_bytes=16 * 1024, multiline=True)
NOTE = TextField("note", minimum=0, maximum=500, max_bytes=2048, multiline=True)
WHY = TextField("why", minimum=0, maximum=500, max_bytes=2048, multiline=True)

_EMAIL_TEXT = TextField("email", minimum=0, maximum=254, max_bytes=254)
# One @, a dotted domain, nothing that could start another header or another recipient. Whether the address
# exists is shown by a letter that arrives, not by a longer pattern.
_EMAIL = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@[^\s@<>()\[\]\\,;:\"./]+(?:\.[^\s@<>()\[\]\\,;:\"./]+)+")
# The key doubles as proof of being the same browser (see `submission`), so a short, guessable one is refused.
_SUBMISSION_KEY = re.compile(r"[A-Za-z0-9_-]{22,64}")
_MOST_VERSIONS = 999_999_999  # fits every database
_GRAPHEME = regex.compile(r"\X")
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def parse_email(raw: object) -> str | None:
    """The address, or None when none was given.

    Raises:
        Invalid: `invalid_email`, or what `TextField` raises.
    """
    text = _EMAIL_TEXT.parse(raw)
    if text and _EMAIL.fullmatch(text) is None:
        raise Invalid([FieldError("email", "invalid_email")])
    return text or None


def normal_email(email: str) -> str:
    """What two spellings of one mailbox share: lower case, without what follows a plus sign before the @."""
    name, _, domain = email.casefold().rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"


def email_or_none(raw: str | None) -> str | None:
    """The address, or None for what is none."""
    try:
        return parse_email(raw)
    except Invalid:
        return None


def parse_comment_id(raw: object) -> UUID | None:
    """The id of the comment that is answered, or None for a comment of its own.

    Raises:
        Invalid: `invalid_id`, `wrong_type`.
    """
    if raw is None or raw == "":
        return None
    if not isinstance(raw, str):
        raise Invalid([FieldError("parent", "wrong_type")])
    try:
        return UUID(raw)
    except ValueError:
        raise Invalid([FieldError("parent", "invalid_id")]) from None


def parse_version(raw: object) -> int:
    """The version that an author has seen, as a number or as a form sends it.

    Raises:
        Invalid: `wrong_type`.
    """
    if isinstance(raw, str) and raw.isascii() and raw.isdecimal():
        raw = int(raw[: len(str(_MOST_VERSIONS)) + 1])
    if not isinstance(raw, int) or not 0 < raw <= _MOST_VERSIONS:
        raise Invalid([FieldError("version", "wrong_type")])
    return raw


def parse_submission_key(raw: object) -> str | None:
    """The key that tells a resend from a second comment: 22–64 characters of A–Z a–z 0–9 - _, or None.

    Raises:
        Invalid: `invalid_key`, `wrong_type`.
    """
    if raw is None or raw == "":
        return None
    if not isinstance(raw, str):
        raise Invalid([FieldError("submission_key", "wrong_type")])
    if _SUBMISSION_KEY.fullmatch(raw) is None:
        raise Invalid([FieldError("submission_key", "invalid_key")])
    return raw


def new_submission_key() -> str:
    """192 random bits in 32 URL-safe characters."""
    return secrets.token_urlsafe(24)


def host_email(user: HostUser) -> str | None:
    """A signed-in reader's address where it can be stored: the reader cannot correct what the host says it is."""
    return email_or_none(user.email)


def host_name(user: HostUser) -> str:
    """The name a signed-in reader's comments carry, cut to fit `NAME`.

    Cut rather than refused: the reader cannot correct what the host says their name is.
    """
    for source in (user.name, user.id):
        try:
            text = canonical(_UNSTORABLE.sub(" ", source), multiline=False)
        except TextError:
            continue
        kept = ""
        for letter in _GRAPHEME.findall(text)[: NAME.maximum]:
            if len((kept + letter).encode()) > NAME.max_bytes:
                break
            kept += letter
        if kept.strip():
            return kept.strip()
    return "?"
