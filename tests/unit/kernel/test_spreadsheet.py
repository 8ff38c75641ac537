"""CSV that spreadsheets open as it is meant, and that no text can turn into a formula."""

import csv
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement_widgets.kernel.spreadsheet import Cell, csv_rows

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DANGEROUS = "=+-@\t\r\n\0"


def read(text: str) -> list[list[str]]:
    """What a reader of CSV with semicolons finds."""
    return list(csv.reader(StringIO(text, newline=""), delimiter=";", strict=True))


def test_each_kind_of_cell_is_written_for_vietnam() -> None:
    """A decimal comma, the site's time, nothing for nothing; figures stand bare, so that they can be added up."""
    row: list[Cell] = [
        "Chợ Bến Đá",
        4,
        -4,
        Decimal("4.5000"),
        datetime(2026, 6, 30, 17, 0, 1, 9, UTC),
        date(2026, 7, 1),
        None,
    ]
    assert csv_rows([row], ZONE) == '"Chợ Bến Đá";4;-4;4,5000;2026-07-01 00:00:01;2026-07-01;\r\n'


@pytest.mark.parametrize("sign", [*DANGEROUS, "＝", "＋", "－", "＠"])
def test_text_that_begins_like_a_formula_is_defused(sign: str) -> None:
    """A single quote stands before it, as OWASP's rule has it; within a text the same sign is left alone."""
    assert csv_rows([[f"{sign}1+1", f"a{sign}"]], ZONE) == f'"\'{sign}1+1";"a{sign}"\r\n'


def test_the_examples_of_the_rule_s_source() -> None:
    """OWASP, CSV Injection: the two inputs with quotes and separators inside."""
    assert csv_rows([['=1+2";=1+2']], ZONE) == '"\'=1+2"";=1+2"\r\n'
    assert csv_rows([["=1+2'\" ;,=1+2"]], ZONE) == '"\'=1+2\'"" ;,=1+2"\r\n'


@given(st.lists(st.lists(st.text(), min_size=2, max_size=3), max_size=2))
def test_any_text_comes_back_and_none_is_a_formula(rows: list[list[str]]) -> None:
    """Whatever is written: as many cells as were given, each the text itself or the text behind one quote."""
    written = csv_rows(rows, ZONE)
    found = read(written)
    assert [len(row) for row in found] == [len(row) for row in rows]
    for given_row, found_row in zip(rows, found, strict=True):
        for text, cell in zip(given_row, found_row, strict=True):
            assert cell in {text, f"'{text}"}
            assert not unicodedata.normalize("NFKC", cell[:1]).startswith(tuple("=+-@\t\r\n\0"))
