"""Tables as CSV, as a spreadsheet with Vietnamese settings opens them by a double click.

UTF-8 with a byte order mark, semicolons, CRLF, a decimal comma, moments of the site's zone. Quotes as RFC 4180
(sections 2.6 and 2.7) has them.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Final, TypeAlias

Cell: TypeAlias = str | int | Decimal | date | datetime | None

BYTE_ORDER_MARK: Final = "\ufeff"
"""Begins the file: without it Excel takes UTF-8 for the computer's old code page."""

# OWASP, "CSV Injection", with NUL of ASVS 5.0, 1.2.10, and the full-width forms, which Excel of East Asia reads alike.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def csv_rows(rows: Iterable[Sequence[Cell]], zone: tzinfo) -> str:
    """Rows as lines of CSV. Moments are told in `zone`, to the second, without its name.

    No text can become a formula: one that begins as formulas do gets a single quote in front (OWASP ASVS 5.0, 1.2.10),
    and all text stands in double quotes, so that no part of it can begin a cell of its own.
    """
    return "".join(";".join(_written(cell, zone) for cell in row) + "\r\n" for row in rows)


def _written(cell: Cell, zone: tzinfo) -> str:
    match cell:
        case None:
            return ""
        case str():
            return f'"{_harmless(cell).replace(chr(34), chr(34) * 2)}"'
        case Decimal():
            return format(cell, "f").replace(".", ",")
        case datetime():
            return cell.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
