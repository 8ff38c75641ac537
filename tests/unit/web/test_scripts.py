"""What the browser is given keeps to what the oldest supported browsers and the strictest policy allow."""

import re
from pathlib import Path

import pytest

import engagement_widgets

PACKAGE = Path(engagement_widgets.__file__).parent
SCRIPTS = sorted(PACKAGE.glob("*/static/engagement/**/*.js"))
STYLES = sorted(PACKAGE.glob("*/static/engagement/**/*.css"))
TEMPLATES = sorted(PACKAGE.glob("*/templates/engagement/**/*.html"))

# Each throws under `require-trusted-types-for 'script'`, or needs more than `script-src 'self'`.
UNTRUSTED = r"innerHTML|outerHTML|insertAdjacentHTML|DOMParser|document\.write|\beval\(|new Function|javascript:"
# Later than Chrome 80 or Safari 13, and a syntax error or a missing method there.
TOO_NEW = r"\?\.[A-Za-z\[(]|\?\?|\|\|=|&&=|\.replaceAll\(|\.at\(|replaceChildren|requestSubmit|^\s*(static\s+)?#\w"
INLINE = r"\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|<style"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_run_under_trusted_types_and_in_old_browsers(script: Path) -> None:
    """No script uses a sink that the policy refuses or a syntax that Safari 13 cannot read."""
    code = _without_comments(script.read_text(encoding="utf-8"))
    assert not re.findall(UNTRUSTED, code)
    assert not re.findall(TOO_NEW, code, re.MULTILINE)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_import_files_that_exist(script: Path) -> None:
    """Every relative import names a script of the one folder that all packages' assets make up."""
    place = script.relative_to(script.parents[_depth(script)])
    names = {path.relative_to(path.parents[_depth(path)]).as_posix() for path in SCRIPTS}
    for target in re.findall(r"""(?:from|import\()\s*["'](\.[^"']+)["']""", script.read_text(encoding="utf-8")):
        resolved = (Path("/") / place.parent / target).resolve().relative_to("/").as_posix()
        assert resolved in names, target


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_styles_load_nothing_and_use_no_layer(style: Path) -> None:
    """No style sheet fetches anything, and no rule sits where old browsers or a host's bare elements would win."""
    rules = _without_comments(style.read_text(encoding="utf-8"))
    assert not re.findall(r"url\(|@import|@layer|:where\(|:is\(", rules)


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_every_block_of_a_style_sheet_is_closed(style: Path) -> None:
    """No rule that begins its line stands inside a block: one that is not closed takes in all that follows it."""
    depth = 0
    for line in _without_comments(style.read_text(encoding="utf-8")).splitlines():
        assert depth == 0 or not line or line[0] in " }", line
        depth += line.count("{") - line.count("}")
    assert depth == 0


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_templates_hold_nothing_inline(template: Path) -> None:
    """No style, handler or script stands in the markup: the policy would drop it."""
    markup = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.findall(INLINE, markup)


def _without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", text, flags=re.DOTALL)


def _depth(path: Path) -> int:
    """How many folders lie between a file and `static/engagement`."""
    return path.parts[::-1].index("static") - 2
