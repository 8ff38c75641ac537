"""The tool that measures how people read the pictures judges as the captcha does, and shows no code on its sheets."""

from pathlib import Path

import pytest
from benchmarks.legibility import KEY, make_sheets, read_key, score, wilson
from PIL import Image

from engagement_widgets.captcha.codes import new_code
from engagement_widgets.captcha.levels import STYLES
from engagement_widgets.settings import CaptchaLevel


def test_sheets_hold_twenty_pictures_each_and_the_key_names_all(tmp_path: Path) -> None:
    """Sheets and key are files of their own; every picture is in the key with its code and accepted swaps."""
    sheets = make_sheets(tmp_path / "new", CaptchaLevel.EASY, 23)
    assert [sheet.name for sheet in sheets] == ["sheet-1.png", "sheet-2.png"]
    key = read_key(tmp_path / "new" / KEY)
    assert list(key) == list(range(1, 24))
    for code, *swaps in key.values():
        assert len(code) == STYLES[CaptchaLevel.EASY].length
        assert all(sorted(swap) == sorted(code) and swap != code for swap in swaps)
    with Image.open(sheets[0]) as first, Image.open(sheets[1]) as second:
        assert first.width == second.width >= 4 * 440
        assert first.height > 4 * second.height  # five rows and one
        assert not first.info  # nothing of the key is told beside the pixels


def test_a_transcript_is_judged_as_the_captcha_judges() -> None:
    """Case, spaces and look-alikes do not matter, a swap only where it is accepted."""
    key = {1: ("CHTMXP",), 2: ("CHTMXP", "HCTMXP"), 3: ("CHTMXP",), 4: ("CHTMXP", "CHTMPX"), 5: ("CHTMXP",)}
    found = score(key, "2 HCTMXP\n1 cht mxf\n\n3 HCTMXP\n4 CHTMPT\n")
    assert (found.right, found.answered, found.drawn) == (2, 4, 5)
    assert found.misread == {("C", "H"): 1, ("H", "C"): 1, ("X", "T"): 1}
    assert str(found).startswith("n 4 of 5, right 2: 50.0% (95 %: 15.0% – 85.0%)\n")
    assert "X read as T: 1" in str(found)


def test_what_could_not_be_read_is_wrong() -> None:
    """A question mark and a missing symbol count as answers; the last line about a picture counts."""
    found = score({1: ("CHTMXP",), 2: ("CHTMXP",)}, "1 CHTMXP\n1 ?\n2 CHTMX")
    assert (found.right, found.answered, found.uneven) == (0, 2, 2)
    assert str(found).endswith("more or fewer symbols, or none that exist: 2")


@pytest.mark.parametrize("line", ["7 CHTMXP", "CHTMXP", "0 CHTMXP"])
def test_a_line_about_no_picture_is_an_error(line: str) -> None:
    """A slip in a transcript is told instead of counted."""
    with pytest.raises(ValueError, match="no picture of the key"):
        score({1: (new_code(),)}, line)


def test_the_interval_is_wilsons() -> None:
    """Against values published with the method; nothing answered says nothing."""
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(95, 100) == pytest.approx((0.8882, 0.9785), abs=1e-4)
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(10, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)
