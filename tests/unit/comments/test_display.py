"""How a reader's text is shown: nothing of it becomes markup, and nothing of it leaves its place."""

import re
import time
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement_widgets.comments import display
from engagement_widgets.comments.display import (
    AVATAR_TONES,
    avatar_letter,
    avatar_tone,
    body_markup,
    count_links,
    find_links,
    name_text,
    neutralise,
)
from engagement_widgets.web.templating import PACKAGE

FLAG = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


class _Reader(HTMLParser):
    """Collects tags and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag; a break is a line."""
        self.tags.append((tag, dict(attrs)))
        if tag == "br":
            self.text += "\n"

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def read(text: str) -> _Reader:
    """What a browser makes of a shown text."""
    reader = _Reader()
    reader.feed(str(body_markup(text)))
    reader.close()
    return reader


def test_paragraphs_and_lines() -> None:
    """A blank line begins a paragraph, one line break is kept as one."""
    assert body_markup("một\nhai\n\n\nba") == "<p>một<br>hai</p>\n<p>ba</p>"


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("xem https://a.vn/b?x=1&y=2, nhé", [("https://a.vn/b?x=1&y=2", "https://a.vn/b?x=1&y=2")]),
        ("HTTP://A.VN/x", [("HTTP://A.VN/x", "HTTP://A.VN/x")]),
        (
            "vào www.bet88.com hoặc bit.ly/x",
            [("www.bet88.com", "http://www.bet88.com"), ("bit.ly/x", "http://bit.ly/x")],
        ),
        ("https://vi.wikipedia.org/wiki/Chợ_(nơi)", [("https://vi.wikipedia.org/wiki/Chợ_(nơi)",) * 2]),
        ("javascript:alert(1) data:text/html,x ftp://a.vn //a.vn mailto:a@b.vn a@b.vn", []),
        ("xong rồi.Ai biết, 10.am, v.v... 3.500.000đ", []),
        ("không có gì", []),
    ],
)
def test_links_are_found_and_shown_whole(text: str, links: list[tuple[str, str]]) -> None:
    """Web addresses only; a missing blank or a time is none."""
    assert [(text[link.start : link.end], link.url) for link in find_links(text)] == links


def test_a_link_says_whose_it_is() -> None:
    """`rel` tells search engines and the site behind it that a reader wrote it."""
    assert body_markup('https://a.vn/?q="x') == (
        '<p><a href="https://a.vn/?q=" rel="ugc nofollow noopener">https://a.vn/?q=</a>&#34;x</p>'
    )


@pytest.mark.parametrize(
    "text",
    [
        "http://bao.example@evil.example/x",
        "https://user:secret@evil.example",
        "http://аррӏе.com/",  # Cyrillic
        "http://vịetcombank.example/",
        "http://báo.vn/x",
        "http://a.vn\\@evil.example",
        "http://a.vn/\u200fx",
    ],
)
def test_an_address_that_is_not_what_it_seems_leads_nowhere(text: str) -> None:
    """It is shown whole, is no link, and counts as one among the reasons to hold."""
    reader = read(f"xem {text} nhé")
    assert [tag for tag, _ in reader.tags] == ["p"]
    assert reader.text == f"xem {text} nhé"
    assert count_links(text) == 1


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://xn--80ak6aa92e.com/", "http://xn--80ak6aa92e.com/"),
        ("https://a.vn:8080/x?email=a@b.vn", "https://a.vn:8080/x?email=a@b.vn"),
        ("http://a.\u202evn\u202c/x", "http://a.vn/x"),
        ("http://a\u200b.vn/x", "http://a.vn/x"),
        ("https://a.vn/chợ/đêm", "https://a.vn/chợ/đêm"),
    ],
)
def test_an_address_that_is_what_it_seems_is_a_link(text: str, url: str) -> None:
    """Also behind characters that are not shown, with a port, and with Vietnamese or an @ after the host."""
    (link,) = [attributes for tag, attributes in read(text).tags if tag == "a"]
    assert link == {"href": url, "rel": "ugc nofollow noopener"}
    assert count_links(text) == 1


@pytest.mark.parametrize("scheme", ["javascript:", "data:text/html,", "vbscript:", "file:///", "ftp://", "//", "blob:"])
def test_no_other_scheme_leads_anywhere(scheme: str) -> None:
    """Whatever stands behind it, however it is written."""
    for text in (f"{scheme}alert(1)", f"{scheme.upper()}x", f"java\u200bscript:alert(1) {scheme}a\tb"):
        assert [tag for tag, _ in read(text).tags if tag == "a"] == []


@given(st.text() | st.text("<>&\"' =a/:.hvn\n\u202e\u0301", max_size=60))
def test_no_text_becomes_markup(text: str) -> None:
    """For any text a browser sees our three tags, links to the web alone, and the neutralised text."""
    reader = read(text)
    assert {tag for tag, _ in reader.tags} <= {"p", "br", "a"}
    for tag, attributes in reader.tags:
        assert set(attributes) == ({"href", "rel"} if tag == "a" else set())
        if tag == "a":
            assert (attributes["href"] or "").lower().startswith(("http://", "https://"))
    assert "".join(reader.text.split()) == "".join(neutralise(text).split())


@pytest.mark.parametrize(
    "text",
    [
        "Nguyễn Văn Ánh: ngõ ẩm ướt, ỗ ợ ỵ",
        unicodedata.normalize("NFD", "Nguyễn Văn Ánh: ngõ ẩm ướt, ỗ ợ ỵ"),
        "👨‍👩‍👧‍👦 ❤️‍🔥 1️⃣ 🇻🇳 👍🏽 ☺︎",
        FLAG,
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f đá với Anh",
        "🧑🏽‍🤝‍🧑🏻 🏳️‍🌈 葛\U000e0100",
        "ภาษาไทยที่นี่ हिन्दी עִבְרִית",
    ],
)
def test_honest_text_passes_unchanged(text: str) -> None:
    """Vietnamese in both forms, emoji sequences, flags and other scripts keep every character."""
    assert neutralise(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("abc\u202edef\u202c", "abcdef"),
        ("\u2066x\u2069\u202a\u2067", "x"),
        ("đ\u200bị\u2060t\ufeff\u00ad", "địt"),
        ("a" + "\u200d" * 500 + "b", "a" + "\u200d" * 4 + "b"),
        ("e" + "\u0301" * 200, "e" + "\u0301" * 4),
        ("a" + "\u0301\u200d" * 100, "a" + "\u0301\u200d" * 2),
        ("x\U000e0061\U000e0062", "x"),
        ("a\u2028b\u2029c", "a\nb\nc"),
        ("\u3164\uffa0\u115f\u2065", ""),
        (FLAG + "\U000e0061\U000e0062x", FLAG + "x"),
        ("\U0001f3f4" + "\U000e0061" * 40 + "\U000e007f", "\U0001f3f4"),
        ("a\U000e0100b", "ab"),
        ("葛\U000e0100\U000e0101", "葛\U000e0100"),
    ],
)
def test_what_hides_turns_or_floods_is_neutralised(text: str, shown: str) -> None:
    """The table of the module, line by line."""
    assert neutralise(text) == shown


def test_what_is_passed_unread_is_never_neutralised() -> None:
    """No letter that lets a text pass at once would have been changed by the table, not even six of it in a row."""
    every = map(chr, range(0x20000))
    ordinary = "".join(char * 6 for char in every if display._ORDINARY.fullmatch(char))
    assert neutralise(ordinary + "\u202e") == ordinary


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("Nguyễn Văn Ánh", "Á"),
        (unicodedata.normalize("NFC", unicodedata.normalize("NFD", "nguyễn văn ánh")), "Á"),
        ("Đặng Thị Đào", "Đ"),
        ("ut", "U"),
        ("Mẹ Bông (HN)", "H"),
        ("Cô Ba 😀", "B"),
        ("ßa", "S"),
        ("😀", "😀"),
        ("...", "."),
        ("\u3164", "?"),
    ],
)
def test_the_avatar_is_the_given_names_letter(name: str, letter: str) -> None:
    """The last word's first letter with its mark; names without letters have something too."""
    assert avatar_letter(name)[0] == letter[0]


def test_a_name_keeps_its_colour() -> None:
    """With other case and marks too; many names have them all."""
    assert avatar_tone("Nguyễn Văn Ánh") == avatar_tone("NGUYEN VAN ANH")
    assert {avatar_tone(f"Bạn đọc {number}") for number in range(200)} == set(range(1, AVATAR_TONES + 1))


def test_letters_of_avatars_can_be_read() -> None:
    """Each of the eight tones has a contrast of 6 and more, light and dark (WCAG asks for 4.5)."""
    sheet = (PACKAGE / "web/static/engagement/widgets.css").read_text()
    tones = re.findall(r"\.ew-avatar--\d \{(.+?)\}", sheet, re.DOTALL)
    assert len(tones) == AVATAR_TONES
    for tone in tones:
        light, dark, ink, pale = re.findall("#[0-9a-f]{6}", tone)
        assert min(contrast(light, ink), contrast(dark, pale)) >= 6


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG 2.2."""
    darker, lighter = sorted(luminance(colour) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb` by WCAG 2.2."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_name_stays_on_its_line() -> None:
    """A separator that browsers may break at is a blank in a name."""
    assert name_text("Mai\u2028Lan\u202e") == "Mai Lan"


@pytest.mark.parametrize("text", ["a." * 8000, "http://" * 2300, "http://a.vn/" + "(" * 8000, "a-" * 8000 + ".vn"])
def test_no_text_makes_showing_slow(text: str) -> None:
    """The longest body of the worst shape is shown in a fraction of a second."""
    body_markup("warm")
    began = time.perf_counter()
    body_markup(text[:16_384])
    assert time.perf_counter() - began < 0.5
