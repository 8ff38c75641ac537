"""The documentation as the tests read it: files, headings, tables, snippets, links."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"

_FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A fenced block: what stands behind the fence, and the text."""

    path: Path
    line: int
    info: str
    body: str

    @property
    def name(self) -> str:
        """What a failing test calls it."""
        return f"{self.path.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """Every page people read, the README and the changelog among them."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


def read(name: str) -> str:
    """A page below `docs/`."""
    return (DOCS / name).read_text(encoding="utf-8")


def snippets(path: Path) -> Iterator[Snippet]:
    """The fenced blocks of a page."""
    text = path.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Snippet(path=path, line=line, info=found["info"].strip(), body=found["body"])


def prose(path: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def links(path: Path) -> list[str]:
    """Where a page links to, pictures included."""
    return _LINK.findall(prose(path))


def anchors(path: Path) -> set[str]:
    """The names of a page's headings, as hosts of Markdown make them."""
    return {
        re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for _, title in _HEADING.findall(prose(path))
    }


def section(name: str, title: str) -> str:
    """What stands under a heading, up to the next of the same level or above.

    Raises:
        LookupError: when the page has no such heading.
    """
    text = read(name)
    found = re.search(rf"^(#+) {re.escape(title)}$\n(.*?)(?=^#{{1,6}} |\Z)", text, re.DOTALL | re.MULTILINE)
    if found is None:
        raise LookupError(f"{name} has no heading {title!r}")
    return found[2]


def rows(text: str) -> list[list[str]]:
    """The rows of every table in a text, without heads and rules."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    body = [line for line, following in zip(lines, [*lines[1:], ""], strict=True) if not _is_rule(following)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in body if not _is_rule(line)]


def codes(text: str) -> list[str]:
    """What stands in backticks."""
    return _CODE.findall(text)


def first_codes(table: Sequence[Sequence[str]]) -> list[str]:
    """The first code of every row."""
    return [found[0] for row in table if (found := codes(row[0]))]


def _is_rule(line: str) -> bool:
    return line.startswith(("|--", "| --"))
