"""Names that look like the newsroom's: Toa Soan, TOÀ SOẠN, T0a s0an, Ban-Biên-tập.

Two names look alike when their skeletons are the same (the idea of Unicode's UTS #39): look-alike letters as one, no
marks, no blanks, no signs, no letter twice in a row. A name with a protected one as whole words in it ("Tòa soạn báo")
looks like it too.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from engagement_widgets.comments.rules.disguises import views
from engagement_widgets.comments.rules.glyphs import glyphs

NEWSROOM = ("Tòa soạn", "Ban biên tập", "Biên tập viên", "Ban quản trị", "Quản trị viên", "Admin", "Administrator")
"""Names that no reader may borrow, beside the site's own."""

_MOST_WORDS = 12
_SHORTEST = 5  # letters of a skeleton that also counts among other words


def resembles(name: str, protected: Iterable[str]) -> str | None:
    """The protected name that this one looks like, as it was given, or None."""
    read = [view.text for view in views(glyphs(name).folded)]
    wholes = {_squeezed(text) for text in read}
    spans = {span for text in read for span in _spans(text.split())}
    for one in protected:
        skeleton = _skeleton(one)
        if skeleton and (skeleton in wholes or (len(skeleton) >= _SHORTEST and skeleton in spans)):
            return one
    return None


def _spans(words: list[str]) -> Iterator[str]:
    """Every run of neighbouring words, as one skeleton."""
    words = words[:_MOST_WORDS]  # a name of sixty letters has fewer, unless it is all gaps
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            yield _squeezed("".join(words[start:end]))


@lru_cache(maxsize=256)
def _skeleton(name: str) -> str:
    return _squeezed(glyphs(name).folded)


@lru_cache(maxsize=1024)  # names repeat, and so do their parts
def _squeezed(folded: str) -> str:
    """Letters and digits only, none twice in a row; i, l and 1 are one, o and 0 too."""
    kept: list[str] = []
    for char in folded:
        letter = {"1": "l", "i": "l", "0": "o"}.get(char, char)
        if letter.isalnum() and (not kept or kept[-1] != letter):
            kept.append(letter)
    return "".join(kept)
