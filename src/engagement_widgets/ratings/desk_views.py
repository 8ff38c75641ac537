"""What the desk's screens of ratings are given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from engagement_widgets.hooks import Page
from engagement_widgets.ratings.sets import Preview, VoteSet
from engagement_widgets.ratings.state import PageState
from engagement_widgets.ratings.views import SCORES, Totals
from engagement_widgets.web.charts import Chart


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedPage:
    """One rated page in the list."""

    page: Page
    state: PageState

    @property
    def id(self) -> UUID:
        """Names the page in addresses."""
        return self.state.page_id


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingsScreen:
    """The list of rated pages: context `screen` of `engagement/ratings/desk.html`.

    Attributes:
        flagged: pages with a burst, newest first; on the list's first page only.
        pages: one page of the list, latest vote first.
        words: what is searched for, or "".
        next: address of what follows, or None.
        first: address of the list's beginning, or None on it.
        searched: pages that were looked through for the words.
    """

    flagged: tuple[RatedPage, ...]
    pages: tuple[RatedPage, ...]
    words: str
    next: str | None
    first: str | None
    searched: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """One score: votes that count, and votes left out. `share` is of those that count."""

    score: int
    counted: int
    left_out: int
    share: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Votes given, or changed last, within a span of time: all of them, by score, and how many were left out."""

    begins: datetime
    label: str
    totals: Totals
    left_out: int

    @property
    def groups(self) -> tuple[int, int, int]:
        """Four and five stars, three, one and two: the parts of a bar from the bottom."""
        one, two, three, four, five = self.totals.counts
        return (four + five, three, one + two)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Private words of a reader, with the score they came with."""

    score: int
    text: str
    at: datetime
    is_counted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One figure before and after; "" where there was or is none."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One decision of the page's history, in words. `undo_id` while it can be undone."""

    at: datetime
    who: str
    what: str
    done: str
    changes: tuple[Change, ...]
    why: str
    undo_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetForm:
    """The filter of a set of votes, as it stands in the form.

    Attributes:
        taking_in: which way the set goes; False leaves it out.
        chosen: the set, or None when what was typed is none.
        since: the form's text.
        until: the form's text.
        errors: sentences by field.
    """

    taking_in: bool
    chosen: VoteSet | None
    since: str
    until: str
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def scores(self) -> tuple[int, ...]:
        """The ticked scores."""
        return self.chosen.scores if self.chosen else SCORES

    @property
    def new_only(self) -> bool:
        """Whether only votes of new readers are meant."""
        return self.chosen is not None and self.chosen.new_only


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingScreen:
    """One page's rating: context `screen` of `engagement/ratings/desk_page.html`.

    Attributes:
        rated: the page and where it stands.
        rows: five stars down to one.
        left_out: how many votes do not count.
        period: which span the chart shows: `day`, `month` or `year`.
        slots: the chart's figures, oldest first.
        chart: the chart.
        notes: private words, newest first.
        lines: the history, newest first.
        form: the filter of a set.
        shown: the effect of the filtered set; None while none is asked for.
        flagged: how many votes the flagged set has; 0 without a flag.
        notice: what was just done.
        problem: the sentence of what could not be done.
        why: the reason typed with what could not be done.
    """

    rated: RatedPage
    rows: tuple[ScoreRow, ...]
    left_out: int
    period: str
    slots: tuple[Slot, ...]
    chart: Chart
    notes: tuple[Note, ...]
    lines: tuple[Line, ...]
    form: SetForm
    shown: Preview | None
    flagged: int
    notice: Line | None = None
    problem: str | None = None
    why: str = ""
