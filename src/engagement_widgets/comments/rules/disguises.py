"""The ways a text can be read when words are disguised: each is a view of it, with every letter's place kept.

A view is made only where something in the text asks for it, so an ordinary text has one or two and none has more than
27: three readings of digits and signs, three of gaps, three of letters. Each is made in one pass.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+(?:[*#_•]+(?=[^\W\d_])[^\W_]+)*")
_SIGNS = re.compile(r"[*#_•]+")
_CHUNK = re.compile(r"\S+")
_ALNUM = re.compile(r"[^\W_]")
# A sign within a word, or two letters each of which stands alone.
_GAP = re.compile(r"[^\W_](?:[^\w\s]|_)+[^\W_]|(?<![^\W_])[^\W_][\W_]+[^\W_](?![^\W_])")

_LEETED = re.compile(r"[a-z0134578@$!|€+(<£¢§¡]+")
_LEET_SIGN = re.compile(r"[a-z][0134578@$!|€+(<£¢§¡]|[0134578@$!|€+(<£¢§¡][a-z]")
_LEET = tuple(
    str.maketrans("0134578@$!|€+(<£¢§¡", letters) for letters in ("oieastbasiietcclcsi", "oleastbaslletcclcsl")
)
_LEET_ENDS = "!|+(<"  # punctuation unless letters follow
_TWO_IS_ENOUGH = frozenset("0@$")  # "0c" is read; "v1", "4g", "k5" are what they are

_ONSETS = frozenset([*"bcdghklmnpqrstvx", "ch", "gh", "gi", "kh", "ng", "ngh", "nh", "ph", "th", "tr"])
_CODAS = frozenset([*"cmnpt", "ch", "ng", "nh"])
_FRAGMENT = re.compile(r" (?:[bcdghklmnpqrstvx]|ch|gh|kh|ng|nh|ph|th|tr|ngh) ")
_CONSONANTS = re.compile(r"[bcdghklmnpqrstvx]*")
_VOWELS = frozenset("aeiouy")

_RUN = re.compile(r"([a-z])\1+")
_TEEN = re.compile(
    r"z(?=[aeiouy])|(?<=[bcdghklmnpqrstvx])[jy](?=[bcdghklmnpqrstvx])|(?<= )w(?=[aeiy])|w|(?<= )f|k(?![eiyh])"
    r"|(?<=n)q(?=u)"
)
_TEEN_LETTERS = {"z": "d", "j": "i", "y": "i", "w": "u", "f": "ph", "k": "c", "q": "g"}


@dataclass(frozen=True, slots=True)
class View:
    """Words in lower case, each between single spaces, and for every letter the glyph it comes from (a space: -1)."""

    text: str
    glyphs: list[int]


def plain(folded: str) -> View:
    """The words as they stand. What is no letter or digit parts them, but for signs in place of letters: l*n."""
    spelled = _Spelled()
    for found in _WORD.finditer(folded):
        word, start = found.group(), found.start()
        if word.isalnum():
            spelled.add(word, range(start, found.end()))
        else:
            spelled.add(*_rewrite(word, range(start, found.end()), _SIGNS, lambda _: "*"))
    return spelled.view()


def views(folded: str) -> Iterator[View]:
    """Every view of a folded text, the plain one first, none twice."""
    seen: set[str] = set()
    for reading in _readings(folded):
        for view in _gaps_read(reading):
            for one in _letters_read(view):
                if one.text not in seen:
                    seen.add(one.text)
                    yield one


class _Spelled:
    """A view in the making."""

    def __init__(self) -> None:
        self._parts = [" "]
        self._glyphs = [-1]

    def add(self, word: str, glyphs: range | list[int]) -> None:
        self._parts += (word, " ")
        self._glyphs += glyphs
        self._glyphs.append(-1)

    def view(self) -> View:
        return View("".join(self._parts), self._glyphs)


def _readings(folded: str) -> Iterator[str]:
    """The text, and the text with digits and signs within words read as letters: 1 and ! are i or l."""
    yield folded
    if _LEET_SIGN.search(folded):
        for table in _LEET:
            yield _LEETED.sub(lambda found, table=table: _unleeted(found.group(), table), folded)  # type: ignore[misc]


def _unleeted(word: str, table: dict[int, int]) -> str:
    core = word.strip(_LEET_ENDS)
    short = len(core) < 3 and not _TWO_IS_ENOUGH.intersection(core)  # noqa: PLR2004
    if short or core.isalpha() or not any("a" <= char <= "z" for char in core):
        return word
    start = word.index(core)
    return word[:start] + core.translate(table) + word[start + len(core) :]


def _gaps_read(reading: str) -> Iterator[View]:
    view = plain(reading)
    yield view
    if _GAP.search(reading):
        view = _closed(reading)
        yield view
    if _FRAGMENT.search(view.text):
        yield _mended(view)


def _closed(reading: str) -> View:
    """Signs within a word are gone, letters that stand alone are one word: "đ.ụ", "n g u", "đ - m"."""
    spelled = _Spelled()
    alone: list[int] = []
    for chunk in _CHUNK.finditer(reading):
        start, end = chunk.span()
        glyphs: range | list[int] = range(start, end)
        if not chunk.group().isalnum():
            glyphs = [start + found.start() for found in _ALNUM.finditer(chunk.group())]
        if len(glyphs) == 1:
            alone += glyphs
        elif glyphs:
            _add_chars(spelled, reading, alone)
            alone = []
            _add_chars(spelled, reading, glyphs)
    _add_chars(spelled, reading, alone)
    return spelled.view()


def _add_chars(spelled: _Spelled, reading: str, glyphs: range | list[int]) -> None:
    if isinstance(glyphs, range):
        spelled.add(reading[glyphs.start : glyphs.stop], glyphs)
    elif glyphs:
        spelled.add("".join([reading[place] for place in glyphs]), glyphs)


def _mended(view: View) -> View:
    """Consonants that stand alone go to the word they were cut from: "l ồn", "n gu", "cặ c"."""
    words = _words(view)
    whole: list[tuple[str, list[int]]] = []
    taken = False
    for (word, glyphs), (following, rest) in zip(words, [*words[1:], ("", [])], strict=True):
        if taken:
            taken = False
        elif word in _ONSETS and _begins(word, following):
            whole.append((word + following, glyphs + rest))
            taken = True
        elif word in _CODAS and whole and whole[-1][0][-1] in _VOWELS:
            whole[-1] = (whole[-1][0] + word, whole[-1][1] + glyphs)
        else:
            whole.append((word, glyphs))
    spelled = _Spelled()
    for word, glyphs in whole:
        spelled.add(word, glyphs)
    return spelled.view()


def _begins(fragment: str, word: str) -> bool:
    found = _CONSONANTS.match(word)
    consonants = found.group() if found else ""
    return bool(word[len(consonants) :]) and (not consonants or fragment + consonants in _ONSETS)


def _words(view: View) -> list[tuple[str, list[int]]]:
    return [(found.group(), view.glyphs[found.start() : found.end()]) for found in _CHUNK.finditer(view.text)]


def _letters_read(view: View) -> Iterator[View]:
    """The view, then with stretched letters shortened, then also with the letters that teencode replaces."""
    yield view
    if _RUN.search(view.text):
        view = View(*_rewrite(view.text, view.glyphs, _RUN, lambda found: found.group(1)))
        yield view
    if _TEEN.search(view.text):
        yield View(*_rewrite(view.text, view.glyphs, _TEEN, _teen_letter))


def _teen_letter(found: re.Match[str]) -> str:
    before_a_vowel = found.group() == "w" and found.string[found.start() - 1] == " "
    return "qu" if before_a_vowel and found.string[found.end()] in _VOWELS else _TEEN_LETTERS[found.group()]


def _rewrite(
    text: str, glyphs: range | list[int], pattern: re.Pattern[str], letters: Callable[[re.Match[str]], str]
) -> tuple[str, list[int]]:
    """Replace what a pattern finds; the new letters all come from the first glyph of what they replace."""
    parts: list[str] = []
    places: list[int] = []
    done = 0
    for found in pattern.finditer(text):
        start, end = found.span()
        new = letters(found)
        parts += (text[done:start], new)
        places += glyphs[done:start]
        places += [glyphs[start]] * len(new)
        done = end
    parts.append(text[done:])
    places += glyphs[done:]
    return "".join(parts), places
