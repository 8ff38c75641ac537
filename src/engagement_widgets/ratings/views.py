"""What the rating templates are given: frozen, without a reader in them unless the name says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import TypeAlias, cast
from uuid import UUID

from markupsafe import Markup

from engagement_widgets.ratings.votes import Counting, OwnVote
from engagement_widgets.settings import ColorScheme, RatingLabels, Settings

SCORES = (1, 2, 3, 4, 5)
CLOSED_MARK = "data-ew-closed"
"""Stands in the fragment of a frozen page: whoever shows the fragment, host page or script, shows no form beside it."""

LOW_SCORE = 2
"""Up to here a reader is asked what was wrong, where the site asks."""

Counts: TypeAlias = tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The five integers of a page: how many votes of 1, 2, 3, 4 and 5 stars."""

    counts: Counts = (0, 0, 0, 0, 0)

    @property
    def count(self) -> int:
        """All votes."""
        return sum(self.counts)

    @property
    def average(self) -> Fraction | None:
        """The exact mean, or None without votes. Rounded nowhere, so that nothing drifts."""
        if not self.count:
            return None
        return Fraction(sum(score * votes for score, votes in zip(SCORES, self.counts, strict=True)), self.count)

    def moved(self, changes: Mapping[int, int]) -> "Totals":
        """These figures after so many votes more, or less, of each score."""
        counts = (count + changes.get(score, 0) for score, count in zip(SCORES, self.counts, strict=True))
        return Totals(counts=cast("Counts", tuple(counts)))


def shown_average(average: Fraction) -> Decimal:
    """An average rounded half up to one decimal, for display only."""
    return Decimal(floor(average * 10 + Fraction(1, 2))) / 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingBar:
    """One row of the distribution. `share` is exact, between 0 and 1."""

    score: int
    count: int
    share: Fraction

    @property
    def width(self) -> int:
        """Length of the bar in whole per cent."""
        return floor(self.share * 100 + Fraction(1, 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingSummary:
    """The public figures of a page: context `view` of `engagement/ratings/summary.html`.

    Attributes:
        page_id: the page rated.
        totals: the five integers.
        minimum: votes from which the average is shown.
        frozen: an editor has stopped the rating.
    """

    page_id: UUID
    totals: Totals
    minimum: int
    frozen: bool = False

    @property
    def count(self) -> int:
        """All votes; always shown."""
        return self.totals.count

    @property
    def average(self) -> Fraction | None:
        """The exact mean once there are enough votes to show one, else None."""
        return self.totals.average if self.count >= self.minimum else None

    @property
    def score(self) -> Decimal | None:
        """The average rounded half up to one decimal, for display only."""
        average = self.average
        return None if average is None else shown_average(average)

    @property
    def bars(self) -> tuple[RatingBar, ...]:
        """The distribution from five stars down to one."""
        whole = max(self.count, 1)
        rows = zip(reversed(SCORES), reversed(self.totals.counts), strict=True)
        return tuple(RatingBar(score=score, count=count, share=Fraction(count, whole)) for score, count in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingForm:
    """The five radios and their button: context `form` of `engagement/ratings/form.html`.

    Attributes:
        reference: the page's signed reference, sent back with the vote.
        labels: which words stand beside the stars.
        chosen: the score already chosen, kept through an error and shown when changing.
        error: the sentence of what is wrong with the choice, or None.
    """

    reference: str
    labels: RatingLabels
    chosen: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingWidget:
    """The widget in the host's article, the same for all: context `rating` of `engagement/ratings/widget.html`.

    Attributes:
        page_id: names the page in fragment addresses.
        locale: language of the fragment.
        fragment: the public figures, as the fragment `rating` stores them.
        form: the form; None where the page takes no ratings.
        scheme: whether the widget may turn dark.
    """

    page_id: UUID
    locale: str
    fragment: Markup
    form: RatingForm | None
    scheme: ColorScheme


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteForm:
    """Private words to the editors: context `note` of `engagement/ratings/note.html`.

    Attributes:
        reference: the page's signed reference.
        text: what is stored, or what came back with an error.
        is_kept: a note is stored.
        error: the sentence of what is wrong with the text, or None.
    """

    reference: str
    text: str = ""
    is_kept: bool = False
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MyRating:
    """One reader's own vote: context `mine` of `engagement/ratings/mine.html`. Never part of a cached page.

    Attributes:
        reference: the page's signed reference.
        score: what this reader gave.
        counting: whether the vote is in the figures; where it is not, the reader is told.
        summary: the public figures.
        is_open: whether the vote can still be changed or taken back.
        note: the form of the private words to the editors, where the site asks for them; else None.
    """

    reference: str
    score: int
    counting: Counting
    summary: RatingSummary
    is_open: bool
    note: NoteForm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingReceipt:
    """What was done and what can be done next: context `receipt` of `engagement/ratings/receipt.html`.

    Attributes:
        title: the article's title.
        back: the article's address, at the widget.
        done: `cast`, `changed`, `withdrawn`, `noted` or `note_removed`; None when nothing was done just now.
        mine: this reader's vote as it stands, or None.
        summary: the public figures.
        form: the form that gives or changes the vote; None where the page takes no ratings.
        problem: the sentence of what went wrong; nothing was done then.
        note: the private words that were refused, or None.
    """

    title: str
    back: str
    summary: RatingSummary
    done: str | None = None
    mine: MyRating | None = None
    form: RatingForm | None = None
    problem: str | None = None
    note: NoteForm | None = None


def rating_form(
    settings: Settings, *, reference: str, chosen: int | None = None, error: str | None = None
) -> RatingForm:
    """The form as this site labels it."""
    return RatingForm(reference=reference, labels=settings.rating_labels, chosen=chosen, error=error)


def rating_widget(
    settings: Settings, *, page_id: UUID, fragment: Markup, reference: str, locale: str, is_open: bool
) -> RatingWidget:
    """The widget for one article. `is_open` comes from the page's rules at this moment."""
    return RatingWidget(
        page_id=page_id,
        locale=locale,
        fragment=fragment,
        form=rating_form(settings, reference=reference) if is_open else None,
        scheme=settings.color_scheme,
    )


def takes_note(vote: OwnVote) -> bool:
    """True for a low score, and while a note stands: who raises the score can still take the words away."""
    return vote.score <= LOW_SCORE or vote.note is not None


def my_rating(
    settings: Settings,
    summary: RatingSummary,
    *,
    vote: OwnVote | None,
    reference: str,
    is_open: bool,
) -> MyRating | None:
    """One reader's vote, or None for a reader who has not voted."""
    if vote is None:
        return None
    open_still = is_open and not summary.frozen
    asked = settings.rating_note and open_still and takes_note(vote)
    note = NoteForm(reference=reference, text=vote.note or "", is_kept=vote.note is not None)
    return MyRating(
        reference=reference,
        score=vote.score,
        counting=vote.counting,
        summary=summary,
        is_open=open_still,
        note=note if asked else None,
    )
