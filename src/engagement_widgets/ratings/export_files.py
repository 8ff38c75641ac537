"""How an export is written: CSV for people with a spreadsheet, JSON lines for programs."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum

from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.kernel.spreadsheet import BYTE_ORDER_MARK, Cell, csv_rows
from engagement_widgets.ratings.export import Batch, Source


class ExportFormat(StrEnum):
    """How it is written: CSV for spreadsheets, or JSON lines, one object each, for programs."""

    CSV = "csv"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """Of the file."""
        return "text/csv; charset=utf-8" if self is ExportFormat.CSV else "application/jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How one export is written.

    Attributes:
        source: of its rows.
        format: of its file.
        secrets: make the pseudonyms.
        zone: of moments in CSV; JSON tells them in UTC.
    """

    source: Source
    format: ExportFormat
    secrets: Secrets
    zone: tzinfo

    def begin(self) -> bytes:
        """What the file begins with."""
        if self.format is ExportFormat.JSON:
            return b""
        return (BYTE_ORDER_MARK + csv_rows([self.source.columns], self.zone)).encode()

    def write(self, batch: Batch) -> bytes:
        """The rows of one batch."""
        rows = (self.source.tell(row, self.secrets) for row in batch.rows)
        if self.format is ExportFormat.CSV:
            return csv_rows(rows, self.zone).encode()
        return "".join(self._json_line(row) for row in rows).encode()

    def _json_line(self, row: tuple[Cell, ...]) -> str:
        named = dict(zip(self.source.columns, row, strict=True))
        return json.dumps(named, ensure_ascii=False, default=_plain) + "\n"


def _plain(cell: object) -> str | float:
    """What JSON has no word for."""
    if isinstance(cell, Decimal):
        return float(cell)
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    raise TypeError(f"no cell of an export: {type(cell)}")
