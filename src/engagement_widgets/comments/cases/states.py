"""The words a case's life is told in."""

from enum import StrEnum


class CaseStatus(StrEnum):
    """Where a case stands: `upheld`, the comments stay hidden; `rejected`, they came back."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


class Channel(StrEnum):
    """How a notice came: by the form for readers, or from outside, written down by a colleague at the desk."""

    FORM = "form"
    LETTER = "letter"
    PHONE = "phone"
    EMAIL = "email"
    AUTHORITY = "authority"


def case_code(year: int, number: int) -> str:
    """The number people are told: `KN-2026-000123` (*khiếu nại*)."""
    return f"KN-{year}-{number:06d}"
