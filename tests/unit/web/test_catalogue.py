"""Catalogues: every sentence of the package has its English, and the Vietnamese is spelled the house's way."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import Environment

import engagement_widgets
from engagement_widgets.settings import LOCALES
from engagement_widgets.web.i18n import LOCALES_DIR, SOURCE_LOCALE, translator
from engagement_widgets.web.templating import EXTENSIONS

PACKAGE = Path(engagement_widgets.__file__).parent
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")

# Old-style tone marks: on the first vowel of an open oa, oe, uy. New-style spellings do not occur in the house.
NEW_STYLE = re.compile(r"o[àáảãạ](?![a-zà-ỹ])|o[èéẻẽẹ](?![a-zà-ỹ])|(?<!q)u[ỳýỷỹỵ](?![a-zà-ỹ])", re.IGNORECASE)


@cache
def _messages() -> dict[str, tuple[str, str]]:
    """Every message id of the package: plural (or "") and where it stands."""
    found = extract_from_dir(PACKAGE, METHODS, OPTIONS, KEYWORDS)
    return {
        ids[0] if isinstance(ids, tuple) else ids: (ids[1] if isinstance(ids, tuple) else "", f"{path}:{line}")
        for path, line, ids, _, _ in found
    }


def _catalogues(locale: str) -> Iterator[tuple[Path, str, str | tuple[str, ...], bool]]:
    for path in sorted((LOCALES_DIR / f"{locale}.d").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=locale, abort_invalid=True):
                if message.id:
                    key = message.id if isinstance(message.id, str) else message.id[0]
                    text = message.string if isinstance(message.string, str) else tuple(message.string or ())
                    yield path, key, text, message.fuzzy


OTHERS = [locale for locale in LOCALES if locale != SOURCE_LOCALE]


def test_something_is_extracted_from_code_and_from_templates() -> None:
    """The tests below are about real sentences."""
    places = [place for _, place in _messages().values()]
    assert any(".py:" in place for place in places)
    assert any(".html:" in place for place in places)


@pytest.mark.parametrize("locale", OTHERS)
def test_every_sentence_is_translated(locale: str) -> None:
    """A sentence without a translation would show Vietnamese on an English page."""
    translated = {key for _, key, text, _ in _catalogues(locale) if text and all(text)}
    missing = {text: place for text, (_, place) in _messages().items() if text not in translated}
    assert not missing


@pytest.mark.parametrize("locale", OTHERS)
def test_translations_keep_their_placeholders(locale: str) -> None:
    """A figure that gets lost, or one that nobody fills, is found here and not on a page."""
    for path, key, text, _ in _catalogues(locale):
        for form in (text,) if isinstance(text, str) else text:
            assert set(PLACEHOLDER.findall(form)) == set(PLACEHOLDER.findall(key)), (path.name, key)


@pytest.mark.parametrize("locale", OTHERS)
def test_catalogues_agree_and_hold_nothing_half_done(locale: str) -> None:
    """Two files that translate one sentence say the same; no entry is fuzzy."""
    seen: dict[str, str | tuple[str, ...]] = {}
    for path, key, text, fuzzy in _catalogues(locale):
        assert not fuzzy, (path.name, key)
        assert seen.setdefault(key, text) == text, (path.name, key)


@pytest.mark.parametrize("locale", OTHERS)
def test_no_catalogue_translates_what_nobody_says(locale: str) -> None:
    """A changed sentence takes its old translation with it."""
    unused = {key: path.name for path, key, _, _ in _catalogues(locale) if key not in _messages()}
    assert not unused


def test_plurals_are_the_same_sentence_in_vietnamese() -> None:
    """Vietnamese has no plural, so both ids of an ngettext are one text."""
    assert not {text: plural for text, (plural, _) in _messages().items() if plural not in {"", text}}


def test_vietnamese_is_spelled_the_houses_way() -> None:
    """xóa, hòa, thủy: the tone stands on the first vowel of an open pair."""
    wrong = {text: place for text, (_, place) in _messages().items() if NEW_STYLE.search(text)}
    assert not wrong


def _unmarked(template: Path) -> Iterator[str]:
    """Text of a template outside every `trans` block."""
    environment = Environment(extensions=EXTENSIONS, autoescape=True)
    inside = False
    for _, kind, value in environment.lex(template.read_text(encoding="utf-8")):
        if kind == "name" and value in {"trans", "endtrans"}:
            inside = value == "trans"
        elif kind == "data" and not inside:
            yield value


def test_templates_say_nothing_past_the_catalogue() -> None:
    """A Vietnamese word written straight into HTML would stay on English pages."""
    letters = re.compile("[À-ỹđĐ]")
    found = {
        (path.relative_to(PACKAGE).as_posix(), text.strip())
        for path in PACKAGE.glob("*/templates/**/*.html")
        for text in _unmarked(path)
        if letters.search(text)
    }
    assert not found


@pytest.mark.parametrize(
    ("word", "wrong"),
    [
        ("xoá", True), ("xóa", False), ("hoà", True), ("hòa", False), ("thuỷ", True), ("thủy", False),
        ("khoẻ", True), ("khỏe", False), ("hoàn", False), ("khoảng", False), ("quý", False), ("Quỳnh", False),
        ("XOÁ", True), ("toàn", False), ("huỷ", True), ("hủy", False), ("tuỳ", True), ("thuyết", False),
        ("luỹ kế", True), ("ngoại", False), ("huỳnh", False), ("toà soạn", True), ("Tòa soạn", False),
    ],
)  # fmt: skip
def test_the_spelling_rule_knows_its_words(word: str, *, wrong: bool) -> None:
    """Only open syllables differ between the two spellings; `quy` is none of them."""
    assert bool(NEW_STYLE.search(word)) is wrong


def test_a_translator_finds_plurals_and_falls_back() -> None:
    """Vietnamese needs no catalogue; what nobody translated stays as it is."""
    assert translator("vi").gettext("Lỗi: %(sentence)s") == "Lỗi: %(sentence)s"
    assert translator("en").gettext("Lỗi: %(sentence)s") == "Error: %(sentence)s"
    assert translator("en").gettext("một câu chưa ai dịch") == "một câu chưa ai dịch"
    assert translator("en").ngettext("một câu", "nhiều câu", 2) == "nhiều câu"
    assert translator("vi").ngettext("%(n)s câu", "%(n)s câu", 1) == "%(n)s câu"
