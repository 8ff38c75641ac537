"""What the templates of notices are given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engagement_widgets.comments.cases.fields import MOST_COMMENTS, STATEMENT
from engagement_widgets.hooks import Challenge


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseForm:
    """The notice of unlawful content: context `form` of `engagement/comments/case.html`.

    Attributes:
        values: field → as typed: `comments`, `name`, `email`, `phone`, `statement`, `good_faith`.
        hours: until when a notice is decided.
        errors: field → sentence.
        problem: what is wrong with the whole, or None.
        challenge: the captcha that waits for its answer, None where none is asked yet.
        captcha_away: none can be had now; the form offers the way without a code.
        back: the way back: the first comment that the form names, where the public sees it, or None.
    """

    values: Mapping[str, Any]
    hours: int
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None
    challenge: Challenge | None = None
    captcha_away: bool = False
    back: str | None = None

    @property
    def maximum(self) -> int:
        """Characters of the statement."""
        return STATEMENT.maximum

    @property
    def most(self) -> int:
        """Comments in one notice."""
        return MOST_COMMENTS
