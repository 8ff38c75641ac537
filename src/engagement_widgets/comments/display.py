"""How a reader's text is shown: escaped first, then paragraphs and links. What is stored is never rewritten.

What is left out of it stands in the table of `kernel.characters`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from zlib import crc32

import regex
from linkify_it import LinkifyIt
from markupsafe import Markup, escape

from engagement_widgets.kernel.characters import Treatment, pattern_of
from engagement_widgets.kernel.text import fold

# Letters of Latin alphabets, Vietnamese among them, punctuation and plain emoji: nothing of the table. Asking this
# first costs a fortieth of what the table costs.
_ORDINARY = re.compile(
    "[\t\n -~\u00a0-\u00ac\u00ae-\u02ff\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\U0001f300-\U0001faff]*"
)
_BREAKS = pattern_of(Treatment.LINE_BREAK)
_DROPPED = pattern_of(Treatment.DROPPED)
_STACKED = pattern_of(Treatment.CLIPPED)
_PARAGRAPHS = re.compile(r"\n{2,}")
_GRAPHEME = regex.compile(r"\X")
# Without a scheme or a letter right after a dot there is no link; asking this first saves most of the search.
_MAY_LINK = re.compile(r"://|\.[^\W\d_]")
_HOST_END = re.compile(r"[:/?#]")
_AUTHORITY = re.compile(r"[A-Za-z]+://([^/?#]*)")
# Letters of another alphabet that look like ours, a name before the host, a backslash, marks that turn the order: what
# such an address leads to is not what it seems to.
_UNCLEAR = re.compile("[^!-~]|[@\\\\]")
_TURNS = re.compile("[\u200e\u200f\u061c]")
AVATAR_TONES = 8
"""Colours that an avatar can have; a name has always the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSpan:
    """A web address inside a text: `text[start:end]` is what was typed, `url` what it leads to."""

    start: int
    end: int
    url: str

    @property
    def is_clear(self) -> bool:
        """It leads where it seems to: a plain ASCII host (`xn--…` included), nothing before it, nothing turned."""
        authority = _AUTHORITY.match(self.url)
        return authority is not None and not _UNCLEAR.search(authority[1]) and not _TURNS.search(self.url)


class _Finder:
    """linkify-it, limited to web addresses. Older versions keep a search's state on the object: one at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._linkify = LinkifyIt(options={"fuzzy_email": False})
        for scheme in ("ftp:", "//", "mailto:"):
            self._linkify.add(scheme, None)

    def find(self, text: str) -> list[LinkSpan]:
        with self._lock:
            matches = self._linkify.match(text) or []
        return [
            LinkSpan(start=match.index, end=match.last_index, url=match.url)
            for match in matches
            if match.schema or _is_bare_host(match.raw)
        ]


def _is_bare_host(typed: str) -> bool:
    """False for a missing blank ("rồi.Ai") or a time ("10.am"), which are no sites of Anguilla and Armenia."""
    host = _HOST_END.split(typed, maxsplit=1)[0]
    name, _, top = host.rpartition(".")
    return host.isascii() and not top.istitle() and not name.rpartition(".")[2].isdigit()


@cache
def _finder() -> _Finder:
    return _Finder()


def find_links(text: str) -> list[LinkSpan]:
    """The web addresses in a text, with or without their scheme, from left to right."""
    return _finder().find(text) if _MAY_LINK.search(text) else []


def count_links(text: str) -> int:
    """How many web addresses a text holds as it is shown: an invisible character inside one does not hide it."""
    return len(find_links(neutralise(text)))


def neutralise(text: str) -> str:
    """The text without what would hide, turn or paint over its surroundings; see `kernel.characters`."""
    if _ORDINARY.fullmatch(text):
        return text
    return str(_STACKED.sub("", _DROPPED.sub("", _BREAKS.sub("\n", text))))


def body_markup(text: str, spans: Sequence[tuple[int, int]] = ()) -> Markup:
    """A comment's text as HTML: escaped, paragraphs on blank lines, line breaks, links shown whole.

    Args:
        text: as stored.
        spans: what is marked in it, as starts and ends in the stored text.
    """
    whole = neutralise(text)
    shown = whole.strip("\n")
    before = len(whole) - len(whole.lstrip("\n"))
    # what is neutralised depends on what stands before it alone, so a beginning is as long by itself as within the text
    marks = _joined(
        (len(neutralise(text[:start])) - before, len(neutralise(text[:end])) - before) for start, end in spans
    )
    position, paragraphs = 0, []
    for paragraph in _PARAGRAPHS.split(shown):
        start = shown.index(paragraph, position)
        position = start + len(paragraph)
        paragraphs.append(f"<p>{''.join(_paragraph(paragraph, start, marks))}</p>")
    return Markup("\n".join(paragraphs))  # noqa: S704  (made of markup alone; joined as such, each piece is read again)


def name_text(name: str) -> str:
    """A name as shown: neutralised, on one line."""
    return neutralise(name).replace("\n", " ")


def excerpt(text: str, length: int) -> str:
    """The first words of a text on one line, at most about `length` characters, with an ellipsis when cut."""
    line = " ".join(neutralise(text).split())
    if len(line) <= length:
        return line
    head = line[:length].rpartition(" ")[0] or line[:length]
    return head.rstrip(" ,;:.–-") + "…"


def avatar_letter(name: str) -> str:
    """The first letter of the *given* name, which Vietnamese puts last, with its mark: Nguyễn Văn Ánh → Á."""
    words = name_text(name).split()
    letters = (found[0] for word in reversed(words) for found in _GRAPHEME.finditer(word) if found[0][0].isalnum())
    letter = next(letters, words[0] if words else "?").upper()
    return letter if len(letter) == 1 else str(_GRAPHEME.findall(letter)[0])


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order, and those that touch as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def avatar_tone(name: str) -> int:
    """Which of the colours, from 1, a name has: the same for a name retyped with other case or marks."""
    return crc32(fold(name).encode()) % AVATAR_TONES + 1


def _paragraph(text: str, offset: int, marks: Sequence[tuple[int, int]]) -> Iterator[Markup]:
    position = 0
    for link in find_links(text):
        if not link.is_clear:
            continue
        yield from _marked(text[position : link.start], offset + position, marks)
        inner = Markup("").join(_marked(text[link.start : link.end], offset + link.start, marks))
        yield Markup('<a href="{}" rel="ugc nofollow noopener">{}</a>').format(link.url, inner)
        position = link.end
    yield from _marked(text[position:], offset + position, marks)


def _marked(text: str, offset: int, marks: Sequence[tuple[int, int]]) -> Iterator[Markup]:
    """A piece of the text that begins at `offset`, with what of the marks falls into it."""
    position = 0
    for start, end in marks:
        first, last = max(start - offset, position), min(end - offset, len(text))
        if first < last:
            yield _lines(text[position:first])
            yield Markup("<mark>{}</mark>").format(_lines(text[first:last]))
            position = last
    yield _lines(text[position:])


def _lines(text: str) -> Markup:
    return Markup("<br>").join(text.split("\n")) if "\n" in text else escape(text)
