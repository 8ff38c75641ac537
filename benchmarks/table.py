"""What was measured, as a table that can be pasted into the documentation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

_COLUMNS: Final = ("", "median", "lowest – highest", "ratio", "aim", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing measured, once a round.

    Attributes:
        name: what.
        values: one a round.
        unit: of the values.
        beside: what was measured in the same rounds, to divide by.
        share: the aim, as the least ratio.
        least: the aim, where more is better.
        most: the aim, where less is better.
    """

    name: str
    values: Sequence[float]
    unit: str
    beside: Sequence[float] = ()
    share: float | None = None
    least: float | None = None
    most: float | None = None

    @property
    def ratio(self) -> float | None:
        """The median of the rounds' own ratios: what slows both of a round cancels out."""
        if not self.beside:
            return None
        return median(ours / theirs for ours, theirs in zip(self.values, self.beside, strict=True))

    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        aim, reached = self._aim()
        return (
            self.name,
            f"{_figure(median(self.values))} {self.unit}".rstrip(),
            f"{_figure(min(self.values))} – {_figure(max(self.values))}" if len(self.values) > 1 else "",
            "" if self.ratio is None else f"{self.ratio:.0%}",
            aim,
            "" if not aim else "reached" if reached else "missed",
        )

    def _aim(self) -> tuple[str, bool]:
        middle = median(self.values)
        if self.share is not None and self.ratio is not None:
            return f"≥ {self.share:.0%}", self.ratio >= self.share
        if self.least is not None:
            return f"≥ {_figure(self.least)}", middle >= self.least
        if self.most is not None:
            return f"≤ {_figure(self.most)}", middle <= self.most
        return "", True


def markdown(title: str, rows: Iterable[Row]) -> str:
    """A heading and a table, readable as it stands."""
    lines = [_COLUMNS, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = tuple("-" * width for width in widths)
    drawn = [_line(cells, widths) for cells in (lines[0], rule, *lines[1:])]
    return "\n".join([f"### {title}", "", *drawn, ""])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"


def _figure(value: float) -> str:
    """Three digits that mean something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
