"""Near-duplicates: what counts as the same again, and how seldom another text does."""

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clean_comments import clean_comments
from engagement_widgets.comments.rules.similar import BANDS, bands, is_similar
from engagement_widgets.kernel.text import fold


def _word_changed(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    words[chance.randrange(len(words))] = "thật"
    return " ".join(words)


def _word_left_out(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    del words[chance.randrange(len(words))]
    return " ".join(words)


CHANGES: dict[str, Callable[[str, random.Random], str]] = {
    "a word changed": _word_changed,
    "a word left out": _word_left_out,
    "a word added": lambda text, _: f"Này {text}",
    "emoji added": lambda text, _: f"👍 {text} 😂😂",
    "no marks": lambda text, _: fold(text),
    "capitals": lambda text, _: text.upper(),
    "punctuation": lambda text, _: text.replace(".", "!!!").replace(",", "") + "...",
    "look-alikes": lambda text, _: text.replace("a", "а").replace("o", "ο"),
    "invisible": lambda text, _: "\u200b".join(text),
    "twice at once": lambda text, chance: _word_changed(fold(text), chance) + " ^^",
}


def found(one: str, other: str) -> bool:
    """As a stored comment is found: by a key first."""
    return bool(set(bands(one)) & set(bands(other))) and is_similar(one, other)


def test_of_three_hundred_changed_texts_nineteen_in_twenty_are_found() -> None:
    """Thirty comments changed in ten ways."""
    chance = random.Random(1)  # noqa: S311  (the same ones every time)
    texts = [text for text in clean_comments(60, seed=2) if bands(text)][:30]
    pairs = [(text, change(text, chance)) for text in texts for change in CHANGES.values()]
    assert len(pairs) == 300
    assert sum(found(one, other) for one, other in pairs) >= 285


def test_of_ten_thousand_pairs_of_other_comments_not_one_in_two_hundred_is() -> None:
    """Some of them say the same in fact: the parts they are made of are few."""
    chance = random.Random(2)  # noqa: S311
    keys = {text: set(bands(text)) for text in clean_comments(1_500)}
    texts = list(keys)
    pairs = [chance.sample(texts, 2) for _ in range(10_000)]
    assert sum(bool(keys[one] & keys[other]) and is_similar(one, other) for one, other in pairs) <= 50


def test_a_congratulation_has_no_keys_and_is_similar_only_to_itself() -> None:
    """Many readers write it: it can be grouped."""
    assert bands("Chúc mừng hai bạn!") == ()
    assert is_similar("Chúc mừng!", "chuc mung 🎉🎉")
    assert not is_similar("Chúc mừng!", "Chúc mừng bạn")
    assert not is_similar("👏", "🎉")


def test_keys_stay_what_they_are() -> None:
    """They are stored: another release must find them."""
    assert bands("Một hai ba bốn năm sáu bảy")[:2] == (2879396689159981703, 2813331997368538444)


@given(st.text())
def test_any_text_has_keys_that_a_database_can_store(text: str) -> None:
    """None or eight signed 64-bit numbers; a text is similar to itself."""
    keys = bands(text)
    assert len(keys) in {0, BANDS}
    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert not keys or found(text, text)


@pytest.mark.parametrize("unit", ["từ này ", "a", "😀 ", "x\u0301"])
def test_the_work_is_bounded(unit: str) -> None:
    """The longest comment takes milliseconds."""
    begun = time.process_time()
    bands((unit * 3000)[:16_000])
    assert time.process_time() - begun < 0.2
