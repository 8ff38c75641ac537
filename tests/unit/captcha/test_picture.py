"""The picture: its size in pixels and bytes, its colours, and that it gives the code away to the eye only."""

import base64
import hashlib
import io
from itertools import pairwise

import pytest
from PIL import Image

from engagement_widgets.captcha.codes import new_code
from engagement_widgets.captcha.levels import STYLES, raised
from engagement_widgets.captcha.picture import CONTRAST, SIZE, _centres, _colours, _overlaps, contrast, draw
from engagement_widgets.settings import CaptchaLevel


def test_a_picture_is_a_small_palette_png() -> None:
    """220 × 84 pixels, at most four shades, about 1.6 kB, no text chunks."""
    sizes = []
    for _ in range(20):
        raw = draw(new_code()).png
        sizes.append(len(raw))
        with Image.open(io.BytesIO(raw)) as image:
            image.load()
            assert image.size == SIZE
            assert image.mode == "P"
            assert image.info == {}
            assert len(image.getcolors() or ()) <= 4
    assert sorted(sizes)[10] <= 2_000
    assert max(sizes) <= 3_000


@pytest.mark.parametrize("level", CaptchaLevel)
def test_every_level_is_drawn(level: CaptchaLevel) -> None:
    """A picture of one size, small, with a code of the level's length."""
    for _ in range(10):
        code = new_code(STYLES[level].length)
        drawn = draw(code, level)
        assert len(drawn.png) <= 3_000
        assert set(drawn.overlaps) <= set(range(len(code) - 1))
        with Image.open(io.BytesIO(drawn.png)) as image:
            assert image.size == SIZE


def test_levels_rise_to_the_hardest() -> None:
    """Each step is one level, and above the hardest there is none."""
    assert [raised(CaptchaLevel.EASY, steps) for steps in range(4)] == [*CaptchaLevel, CaptchaLevel.HARD]


def test_columns_overlap_beyond_what_the_bend_can_undo() -> None:
    """Neighbours that share more columns than the bend may pull apart, and no others."""
    assert _overlaps([(0, 30), (20, 50), (45, 70), (80, 90)], bend=7) == (0,)


def test_one_code_is_never_drawn_alike_twice() -> None:
    """Looks come from fresh entropy, so candidates cannot be drawn again and compared."""
    assert draw("HM3X29").png != draw("HM3X29").png


def test_the_picture_does_not_carry_the_code() -> None:
    """Not as text, reversed, encoded or hashed."""
    code = b"HM3X29"
    raw = draw(code.decode()).png
    for trace in (
        code,
        code[::-1],
        code.lower(),
        base64.b64encode(code),
        code.hex().encode(),
        hashlib.md5(code, usedforsecurity=False).digest(),
        hashlib.sha256(code).digest(),
    ):
        assert trace not in raw


def test_the_two_colours_are_far_apart() -> None:
    """At least 5:1, whatever the hues."""
    for _ in range(200):
        assert contrast(*_colours()) >= CONTRAST
    assert round(contrast((0, 0, 0), (1, 1, 1)), 1) == 21.0


@pytest.mark.parametrize("level", CaptchaLevel)
def test_neighbours_stand_at_different_heights_in_reading_order(level: CaptchaLevel) -> None:
    """From left to right without a doubt, and never on one line."""
    for _ in range(200):
        style = STYLES[level]
        places = _centres(style.length, style.pitch)
        assert all(26 < x < SIZE[0] - 8 for x, _ in places)
        for (x, y), (next_x, next_y) in pairwise(places):
            assert next_x - x >= style.pitch[0] - 4
            assert abs(next_y - y) >= 17
