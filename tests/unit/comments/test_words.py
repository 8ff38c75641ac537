"""Words and phrases: what counts as the same word, what a disguise is, and what all that costs."""

import time
from collections.abc import Callable
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clean_comments import clean_comments
from engagement_widgets.comments.rules.packs import packs
from engagement_widgets.comments.rules.words import Action, Entry, Scope, Spelling, Words
from engagement_widgets.errors import Invalid
from evasions import EVASIONS

WORDS = {
    "địt mẹ": Spelling.FOLDED,
    "lồn": Spelling.EXACT,
    "cặc": Spelling.FOLDED,
    "hòa giải giả": Spelling.EXACT,
    "ngu": Spelling.EXACT,
    "đm": Spelling.EXACT,
    "óc chó": Spelling.FOLDED,
    "vay von": Spelling.FOLDED,
    "bet88": Spelling.EXACT,
}
LIST = Words(Entry(id=text, text=text, spelling=spelling) for text, spelling in WORDS.items())
STARTER = Words(entry for pack in packs() for entry in pack.entries)


def found(text: str, words: Words = LIST) -> dict[str, str]:
    """What was found, and the part of the text where."""
    return {match.entry.text: text[match.start : match.end] for match in words.find(text)}


@pytest.mark.parametrize(
    ("text", "word", "place"),
    [
        ("Cái LỒN gì", "lồn", "LỒN"),
        ("lo\u0302\u0300n", "lồn", "lo\u0302\u0300n"),
        ("Hoà giải giả tạo", "hòa giải giả", "Hoà giải giả"),
        ("thế thì n . g . u thật", "ngu", "n . g . u"),
        ("bạn nguuuu thế", "ngu", "nguuuu"),
        ("ngu", "ngu", "ngu"),
        ("này: đ.m!", "đm", "đ.m"),
        ("l\u200bồn", "lồn", "l\u200bồn"),
        ("с\u0430\u0306\u0323с", "cặc", "с\u0430\u0306\u0323с"),
        ("𝐧𝐠𝐮 thế", "ngu", "𝐧𝐠𝐮"),
        ("d!t me may", "địt mẹ", "d!t me"),
        ("đjt mẹ", "địt mẹ", "đjt mẹ"),
        ("zit me", "địt mẹ", "zit me"),
        ("địtmẹ", "địt mẹ", "địtmẹ"),
        ("l*n", "lồn", "l*n"),
        ("l ồn", "lồn", "l ồn"),
        ("lồ n", "lồn", "lồ n"),
        ("0c ch0", "óc chó", "0c ch0"),
        ("vay vốn", "vay von", "vay vốn"),
        ("vào BET88 ngay", "bet88", "BET88"),
        ("nhu cac thoi", "cặc", "cac"),
        ("c.a.c", "cặc", "c.a.c"),
        ("n̷g̷u̷ quá", "ngu", "n̷g̷u̷"),
    ],
)
def test_a_word_is_found_in_every_disguise_and_its_place_is_that_of_the_text(text: str, word: str, place: str) -> None:
    """Case, forms of Unicode, tone placement, gaps, look-alikes, digits, teencode, stretching, hiding."""
    assert found(text) == {word: place}


@pytest.mark.parametrize(
    "text",
    [
        "các bạn ơi, buổi lớn",
        "rất lớn",
        "rat lon, di ngu som",
        "óc chợ",
        "người ngủ, ngư dân",
        "cacao và bet880",
        "Hòa giải giá cả",
        "gió dịt, mé sông",
        "",
        "!!!",
    ],
)
def test_another_word_with_the_same_letters_is_left_alone(text: str) -> None:
    """Marks that are typed must be those of the entry, and a word ends where it ends."""
    assert found(text) == {}


def test_a_folded_syllable_counts_among_words_without_marks_only() -> None:
    """`cac` beside marks is somebody's *các* typed in haste; among unmarked words nobody knows, so it holds."""
    assert found("cac ban oi") == {"cặc": "cac"}
    assert found("cac bạn ơi") == {}
    far = "một hai ba bốn năm sáu bảy tám chín mười mốt hai ba " + "toi khong biet noi gi " * 4 + "cac ban"
    assert found(far) == {"cặc": "cac"}


def test_a_folded_phrase_needs_no_pause_in_it() -> None:
    """The dot of "oc. Cho" ends a sentence."""
    assert found("oc cho") == {"óc chó": "oc cho"}
    assert found("an oc. Cho toi mot bat") == {}
    assert found("óc, chó") == {"óc chó": "óc, chó"}


def test_part_of_a_word_is_found_where_asked_for() -> None:
    """A part may stand anywhere in a word, a whole word may not."""
    part = Words([Entry(id="1", text="bet", scope=Scope.PART)])
    assert found("vuabet88", part) == {"bet": "bet"}
    assert found("vuabet88", Words([Entry(id="1", text="bet")])) == {}


@pytest.mark.parametrize("action", [Action.REJECT, Action.SPAM])
def test_a_folded_syllable_may_only_hold(action: Action) -> None:
    """It is refused when it is made, in any disguise of one syllable."""
    for text in ("cặc", " Cặc! "):
        with pytest.raises(Invalid) as refused:
            Entry(id="1", text=text, spelling=Spelling.FOLDED, action=action)
        assert [(error.field, error.code) for error in refused.value.errors] == [
            ("action", "folded_syllable_may_only_hold")
        ]
    assert Entry(id="1", text="cặc", action=action).action is action
    assert Entry(id="1", text="con cặc", spelling=Spelling.FOLDED, action=action).action is action


@pytest.mark.parametrize(("text", "code"), [("", "required"), (" .,! \u200b", "required"), ("a" * 101, "too_long")])
def test_an_entry_has_letters_and_not_too_many(text: str, code: str) -> None:
    """What could never be found, or is no phrase, is refused."""
    with pytest.raises(Invalid) as refused:
        Entry(id="1", text=text)
    assert [error.code for error in refused.value.errors] == [code]


def test_an_empty_list_finds_nothing() -> None:
    """A list can be emptied."""
    assert Words([]).find("ngu") == ()


def test_each_entry_is_found_once_in_the_order_of_the_text() -> None:
    """The first place of each."""
    matches = LIST.find("ngu thật, lồn gì, n g u và ngu")
    assert [(match.entry.text, match.start) for match in matches] == [("ngu", 0), ("lồn", 10)]


@pytest.mark.parametrize("pack", packs(), ids=lambda pack: pack.name)
def test_a_starter_list_only_holds_and_finds_what_it_names(pack: object) -> None:
    """Every entry of every list is found in its own text; ids are unique."""
    assert pack in packs()
    entries = next(one.entries for one in packs() if one is pack)
    assert 50 <= len(entries) <= 200
    assert len({entry.id for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.action is Action.HOLD
        assert [match.entry for match in Words([entry]).find(entry.text)] == [entry]


def test_of_three_hundred_evasions_nineteen_in_twenty_are_held() -> None:
    """The starter lists on a set that no list was made for."""
    texts = [text for group in EVASIONS.values() for text in group]
    assert len(texts) == len(set(texts)) == 300
    assert sum(bool(STARTER.find(text)) for text in texts) >= 285


@pytest.mark.parametrize(
    ("count", "most"), [(1_000, 5), pytest.param(10_000, 50, marks=pytest.mark.long)], ids=["thousand", "ten thousand"]
)
def test_of_clean_comments_not_one_in_two_hundred_is_held(count: int, most: int) -> None:
    """The starter lists on what has nothing to hide."""
    assert sum(bool(STARTER.find(text)) for text in clean_comments(count)) <= most


def test_ten_thousand_words_cost_less_than_a_millisecond() -> None:
    """Of the processor, for a comment of ordinary length."""
    syllables = [f"{onset}{rime}" for onset in "bcđlmnrstx" for rime in ("ác", "ồn", "ịt", "uồi", "éo", "ong", "ình")]
    phrases = (f"{one} {other} {number}" for one in syllables for other in syllables for number in range(3))
    many = Words(Entry(id=text, text=text, spelling=Spelling.FOLDED) for text in islice(phrases, 10_000))
    texts = list(clean_comments(200))
    begun = time.process_time()
    for text in texts:
        many.find(text)
    assert (time.process_time() - begun) / len(texts) < 0.001


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    """Whatever code points it has; places lie inside it."""
    for match in STARTER.find(text):
        assert 0 <= match.start < match.end <= len(text)


@given(st.lists(st.sampled_from([*"ngu.cặ lồđ!t*0z\u200b\u0337🅝mẹkw", "địt mẹ", "n g u", "lồn"])))
def test_whatever_is_found_is_found_again_in_its_place(parts: list[str]) -> None:
    """A place alone, cut out of its text, still has the word."""
    text = "".join(parts)
    for match in LIST.find(text):
        again = Words([match.entry]).find(text)
        assert [(one.start, one.end) for one in again] == [(match.start, match.end)]


HOSTILE: dict[str, Callable[[int], str]] = {
    "letters apart": lambda size: "n g u " * size,
    "digits": lambda size: "c4c l0! " * size,
    "heaped marks": lambda size: "n\u0337\u0301\u0301" * size,
    "one letter": lambda size: "a" * size * 4,
    "near misses": lambda size: "các cac " * size,
    "fragments": lambda size: "l ồ " * size,
    "everything": lambda size: "đ.m! z1t w@ k l*n n g u " * size,
    "blanks": lambda size: "n      " * size,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_the_work_grows_with_the_text_and_no_faster(text: Callable[[int], str]) -> None:
    """Four times the text, at most eight times the work: a square would be sixteen."""

    def spent(size: int) -> float:
        body = text(size)
        times = []
        for _ in range(3):
            begun = time.process_time()
            STARTER.find(body)
            times.append(time.process_time() - begun)
        return min(times)

    assert spent(800) < 8 * spent(200) + 0.01


def test_entries_that_begin_each_other_cannot_make_it_slow() -> None:
    """A hundred nested near misses at every letter end the search; it stays linear."""
    nested = [Entry(id=str(size), text="á" * size, scope=Scope.PART) for size in range(1, 100)]
    begun = time.process_time()
    assert Words(nested).find("à" * 3000) == ()
    assert time.process_time() - begun < 5
