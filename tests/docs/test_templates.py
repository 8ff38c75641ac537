"""The contract of the templates: every file, every name in its context, every field of every view."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, meta, nodes
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.filters import FILTERS

from engagement_widgets import Settings
from engagement_widgets.comments import form_views as forms
from engagement_widgets.comments import recent_views as recent
from engagement_widgets.comments import views as comments
from engagement_widgets.comments.cases import views as cases
from engagement_widgets.comments.letters.texts import Letter
from engagement_widgets.hooks import Challenge, Page, Remote
from engagement_widgets.links import views as links
from engagement_widgets.ratings import views as ratings
from engagement_widgets.web.assets import Assets
from engagement_widgets.web.templating import PACKAGE, Templates
from engagement_widgets.web.urls import Urls
from manual import codes, read, rows, section

REFERENCE = "reference/templates.md"
GLOBALS = {"_", "ngettext", "gettext", "url", "asset", "part", "settings", "locale"}
FILES = sorted(PACKAGE.glob("*/templates/**/*.html"))


def name_of(path: Path) -> str:
    """A template's name, as hosts replace it."""
    return path.as_posix().rpartition("/templates/")[2]


def told() -> dict[str, set[str]]:
    """The templates of the reference, each with the names of its context."""
    table = [row for row in rows(read(REFERENCE)) if len(row) == 3 and row[0].startswith("`engagement/")]
    return {codes(row[0])[0]: set(codes(row[1])) for row in table}


@pytest.fixture(scope="module")
def environment() -> Environment:
    """The environment our templates are rendered in."""
    urls = Urls("")
    return Templates(Settings(), Assets(urls), urls)._environment("vi")


@pytest.fixture(scope="module")
def everywhere(environment: Environment) -> set[str]:
    """What every template can ask for."""
    without_words = {"pgettext", "npgettext"}  # come with the extension; our catalogues have no contexts
    return set(environment.globals) - set(DEFAULT_NAMESPACE) - without_words


def test_every_template_is_told() -> None:
    """The tables name each file and no other."""
    assert set(told()) == {name_of(path) for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_template_asks_for_nothing_else(path: Path, environment: Environment, everywhere: set[str]) -> None:
    """What a template takes from its context stands in its row."""
    tree = environment.parse(path.read_text(encoding="utf-8"))
    asked = meta.find_undeclared_variables(tree) - set(own_names(tree)) - everywhere
    assert asked <= told()[name_of(path)]


def own_names(tree: nodes.Template) -> Iterator[str]:
    """What a template sets, imports or defines itself; blocks hide that from Jinja's own search."""
    for node in tree.find_all((nodes.Name, nodes.FromImport, nodes.Macro)):
        if isinstance(node, nodes.FromImport):
            yield from (name if isinstance(name, str) else name[1] for name in node.names)
        elif isinstance(node, nodes.Macro) or (isinstance(node, nodes.Name) and node.ctx == "store"):
            yield node.name


def views() -> Iterator[type[Any]]:
    """Every class that a reader's template is given."""
    for module in (ratings, comments, forms, recent, cases, links):
        for kind in vars(module).values():
            if inspect.isclass(kind) and is_dataclass(kind) and kind.__module__ == module.__name__:
                yield kind
    yield from (Page, Challenge, Remote, Letter)


@pytest.mark.parametrize("kind", list(views()), ids=attrgetter("__name__"))
def test_every_field_of_a_view_is_told(kind: type[Any]) -> None:
    """A view's section has its fields and properties, and nothing else."""
    table = rows(section(REFERENCE, f"`{kind.__name__}`"))
    found = [name for row in table for name in codes(row[0])]
    properties = {name for name, value in vars(kind).items() if isinstance(value, property)}
    assert len(found) == len(set(found))
    assert set(found) == {field.name for field in fields(kind)} | properties


def test_globals_and_filters_are_told(environment: Environment, everywhere: set[str]) -> None:
    """What stands in every template, and every filter."""
    table = rows(section(REFERENCE, "In every template"))
    names = {re.split(r"\W", code)[0] for row in table for code in codes(row[0])}
    own = {name for name, made in environment.filters.items() if made is not FILTERS.get(name)}
    assert names == everywhere | own
