"""Every code has a sentence, and only the catalogue makes sentences."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import engagement_widgets
from engagement_widgets.web import messages
from engagement_widgets.web.messages import GENERAL, MESSAGES, register, sentence

PACKAGE = Path(engagement_widgets.__file__).parent
ERRORS = {"Malformed", "Refused", "NotFound", "Conflict", "TooLarge", "Unsupported", "TooMany", "Unavailable"}


def _raised_codes() -> Iterator[tuple[str, str]]:
    """Every literal code in the package, with the file that says it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                position = 1 if node.func.id == "FieldError" else 0
                known = node.func.id == "FieldError" or node.func.id in ERRORS
                if known and len(node.args) > position:
                    code = node.args[position]
                    if isinstance(code, ast.Constant) and isinstance(code.value, str):
                        yield code.value, path.relative_to(PACKAGE).as_posix()


def _every_sentence() -> dict[str, str]:
    tables = [
        import_module(f"engagement_widgets.{path.parent.name}.messages") for path in PACKAGE.glob("*/messages.py")
    ]
    return {code: text for table in tables for code, text in table.MESSAGES.items()}


def test_every_code_that_is_raised_has_a_sentence() -> None:
    """Nobody is told the general sentence for a thing we know by name."""
    known = {code.rpartition(".")[2] for code in _every_sentence()}
    missing = {(code, path) for code, path in _raised_codes() if code not in known}
    assert not missing


def test_the_slices_agree_on_every_code() -> None:
    """One code has one sentence, wherever it is listed."""
    for path in PACKAGE.glob("*/messages.py"):
        register(import_module(f"engagement_widgets.{path.parent.name}.messages").MESSAGES)


def test_a_second_sentence_for_a_code_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same table twice is fine, as with two instances in one host."""
    monkeypatch.setattr(messages, "_registered", dict(MESSAGES))
    register({"test_code": "một"})
    register({"test_code": "một"})
    with pytest.raises(ValueError, match="test_code"):
        register({"test_code": "hai"})


def test_a_fields_own_sentence_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """`body.required` speaks of the comment, `required` of any field."""
    monkeypatch.setattr(messages, "_registered", {**MESSAGES, "body.required": "Vui lòng nhập bình luận."})
    assert sentence("required", {}, "vi", field="body") == "Vui lòng nhập bình luận."
    assert sentence("required", {}, "vi", field="name") == "Vui lòng điền mục này."


def test_figures_stand_in_the_sentence_in_both_languages() -> None:
    """Placeholders are filled from the error's own data."""
    assert sentence("too_long", {"maximum": 60}, "vi") == "Vui lòng rút ngắn còn tối đa 60 ký tự."
    assert sentence("too_long", {"maximum": 60}, "en") == "Please shorten this to at most 60 characters."


def test_an_unknown_code_still_makes_a_sentence() -> None:
    """A code of a newer plug-in, or a figure that is missing, never breaks an error page."""
    assert sentence("never_heard", {}, "vi") == GENERAL
    assert sentence("too_long", {}, "vi") == GENERAL
