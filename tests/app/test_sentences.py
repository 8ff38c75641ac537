"""Every refusal the source can make is told in both languages, with the very figures it carries."""

import ast
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import engagement_widgets
from engagement_widgets.errors import EngagementError, Param
from engagement_widgets.hooks import Verdict
from engagement_widgets.web import messages
from engagement_widgets.web.api_models import CODES
from engagement_widgets.web.messages import sentence
from whole_site import Site

PACKAGE = Path(engagement_widgets.__file__).parent
FIGURE = 7

Refusal = tuple[str, str | None, frozenset[str], str]
"""Code, field ("" for the request as a whole, None for any field), names of its figures, and where it stands."""


def _classes(root: type[EngagementError] = EngagementError) -> Iterator[type[EngagementError]]:
    for kind in root.__subclasses__():
        yield kind
        yield from _classes(kind)


def _refusals() -> Iterator[Refusal]:
    """Every code written where an error is made, a slice's own classes of errors included."""
    for module in pkgutil.walk_packages([str(PACKAGE)], "engagement_widgets."):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            import_module(module.name)
    reaching = {kind.__name__ for kind in _classes() if kind.status != EngagementError.status}
    for path in sorted(PACKAGE.rglob("*.py")):
        where = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id == "FieldError":
                    yield from _of_field(node, where)
                elif node.func.id in reaching and node.args and (code := _text(node.args[0])):
                    names = frozenset(word.arg for word in node.keywords if word.arg)
                    yield code, "", names, f"{where}:{node.lineno}"


def _of_field(node: ast.Call, where: str) -> Iterator[Refusal]:
    code = _text(node.args[1]) if len(node.args) > 1 else None
    if code:
        figures = node.args[2] if len(node.args) > 2 else None
        names = figures.keys if isinstance(figures, ast.Dict) else []
        yield code, _text(node.args[0]), frozenset(filter(None, map(_text, names))), f"{where}:{node.lineno}"


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _said(code: str, field: str | None, figures: dict[str, Param], locale: str) -> set[str]:
    """What people may be told: of this field, or where any may have it, of each that has words of its own."""
    fields = {key.rpartition(".")[0] for key in messages._registered} if field is None else {field}
    general = sentence("never heard", {}, locale)
    return {sentence(code, figures, locale, field=each) for each in fields} - {general}


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_every_refusal_is_told(kept_site: Site, locale: str) -> None:
    """With its own sentence, not the general one; the figures a sentence needs come with the error."""
    assert kept_site.ctx.storage is not None  # booting registers the slices' sentences
    found = list(_refusals())
    assert len(found) > 60
    assert {"captcha_required", "not_booted"} & {code for code, *_ in found}
    for code, field, names, where in found:
        assert _said(code, field, dict.fromkeys(names, FIGURE), locale), (where, code, field)


def test_codes_that_are_not_written_out_are_told(kept_site: Site) -> None:
    """Those that come from pydantic, a verdict, the database, a wrong method."""
    assert kept_site.ctx.storage is not None
    figures: dict[str, Param] = {"minimum": FIGURE, "maximum": FIGURE, "retry_after": FIGURE}
    for locale in ("vi", "en"):
        for code in {*CODES.values(), "wrong_type", "invalid_fields", "method_not_allowed", "invalid_text"}:
            assert _said(code, "", figures, locale), code
        for code in ("busy", "storage_full", "storage_away"):
            assert _said(code, "", figures, locale), code
        for verdict in set(Verdict) - {Verdict.PASSED, Verdict.HASTY, Verdict.IDLE}:
            assert _said(verdict.value, "code", {}, locale), verdict
