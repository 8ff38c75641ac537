"""The reference says what the code says: settings, errors, commands, addresses, dependencies, links."""

import ast
import inspect
import re
import tomllib
from collections.abc import Iterator
from enum import Enum
from io import BytesIO
from pathlib import Path

import click
import pytest
from babel.messages.pofile import read_po
from starlette.routing import Route

from engagement_widgets import Settings, errors
from engagement_widgets.app import health, reader
from engagement_widgets.app.assembly import API, Assembly, make_context, make_storage
from engagement_widgets.captcha import routes as captcha
from engagement_widgets.captcha.messages import MESSAGES as CAPTCHA
from engagement_widgets.cli.commands import commands
from engagement_widgets.comments import feed_routes
from engagement_widgets.comments import routes as comments
from engagement_widgets.comments.messages import MESSAGES as COMMENTS
from engagement_widgets.desk import routes as desk
from engagement_widgets.desk.messages import MESSAGES as DESK
from engagement_widgets.hooks import Verdict
from engagement_widgets.links import routes as links
from engagement_widgets.links.messages import MESSAGES as LINKS
from engagement_widgets.ratings import routes as ratings
from engagement_widgets.ratings.messages import MESSAGES as RATINGS
from engagement_widgets.testing import FakeClock
from engagement_widgets.web.api_models import CODES
from engagement_widgets.web.messages import MESSAGES as WEB
from manual import ROOT, anchors, codes, first_codes, pages, read, rows, section, snippets
from manual import links as links_of

SOURCE = ROOT / "src" / "engagement_widgets"
NOTHING = "–"
# The classes that reach a client, with their status; the others are raised to the developer.
REACHING = {
    kind: kind.status
    for kind in vars(errors).values()
    if inspect.isclass(kind) and issubclass(kind, errors.EngagementError) and kind.status != 500
}


def shown(default: object) -> str:
    """A default as the table writes it."""
    if isinstance(default, Enum):
        return f"`{default.value}`"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, tuple):
        default = ",".join(map(str, default))
    return NOTHING if default in (None, "") else f"`{default}`"


def test_every_setting_stands_with_its_default() -> None:
    """The table has a row for each setting, in the order of the code, and no other."""
    told = {first: row[1] for row in rows(read("reference/settings.md")) if (first := codes(row[0])[0])}
    expected = {f"ENGAGEMENT_{name.upper()}": shown(field.default) for name, field in Settings.model_fields.items()}
    assert told == expected
    assert list(told) == list(expected)


def raised_codes() -> Iterator[tuple[str, int | None]]:
    """Every code in the source that stands where an error is made, with the status of its class."""
    classes = {name: kind for name, kind in vars(errors).items() if inspect.isclass(kind)}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            kind = classes.get(node.func.id)
            if kind is errors.FieldError and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
                yield str(node.args[1].value), 422
            elif kind in REACHING and node.args and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value), REACHING[kind]


def told_errors() -> dict[str, int]:
    """The codes of the reference with their statuses."""
    table = [row for row in rows(read("reference/errors.md")) if len(row) == 3 and row[0].startswith("`")]
    found = {codes(row[0])[0]: int(row[1]) for row in table if codes(row[0])[0].islower()}
    assert len(found) == sum(codes(row[0])[0].islower() for row in table), "a code stands twice"
    return found


def test_every_error_code_is_listed() -> None:
    """Codes that are raised and codes that have a sentence are the codes of the reference."""
    inner = {"control_character"}  # has a sentence; fields tell it as `invalid_text`
    sentences = {code.rpartition(".")[2] for table in (WEB, RATINGS, COMMENTS, CAPTCHA, LINKS, DESK) for code in table}
    raised = {code for code, _ in raised_codes()}
    expected = sentences | raised | set(CODES.values()) | {verdict.value for verdict in Verdict}
    expected |= {"invalid_fields", "boot_failed"}
    accepted = {Verdict.PASSED.value, Verdict.HASTY.value, Verdict.IDLE.value}
    assert set(told_errors()) == expected - accepted - inner


def test_error_codes_have_the_status_of_their_class() -> None:
    """The reference tells the status that the raising class has."""
    told = told_errors()
    for code, status in raised_codes():
        assert told[code] == status, code


def test_every_class_of_errors_is_listed() -> None:
    """The classes that reach a client stand with their status."""
    told = {codes(row[0])[0]: row[1] for row in rows(read("reference/errors.md")) if codes(row[0])[0][0].isupper()}
    assert told == {kind.__name__: str(status) for kind, status in REACHING.items()} | {"MethodNotAllowed": "405"}


def test_every_command_is_told() -> None:
    """Each command has its section with its argument and options, and there are no other sections."""
    told = re.findall(r"^## `([\w-]+)`$", read("reference/cli.md"), re.MULTILINE)
    assert sorted(told) == sorted(commands.commands)
    for name, command in commands.commands.items():
        text = section("reference/cli.md", f"`{name}`")
        for parameter in command.params:
            shown = parameter.opts[0] if isinstance(parameter, click.Option) else (parameter.name or "").upper()
            assert shown in text, f"{name}: {shown}"


def test_shell_snippets_use_commands_that_exist() -> None:
    """No page tells a command or a make target that is not there."""
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for path in pages():
        for snippet in snippets(path):
            if snippet.info == "sh":
                used = set(re.findall(r"engagement-widgets ([\w-]+)", snippet.body))
                made = set(re.findall(r"^make (\w+)", snippet.body, re.MULTILINE))
                assert used <= set(commands.commands), snippet.name
                assert made <= targets, snippet.name


def test_every_address_is_told(tmp_path: Path, clock: FakeClock) -> None:
    """The table of addresses has each route with its method, and no other but what is served ahead of the router."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'engagement.db'}", secret_keys=("k" * 32,))
    hooks = dict.fromkeys(("identity", "authorizer", "policy", "layout", "purger", "captcha"))
    storage = make_storage(settings, clock)
    ctx = make_context(Assembly(settings=settings, clock=clock, spam_checkers=(), **hooks), storage, "")
    slices = (ratings, comments, feed_routes, captcha, links, reader, desk, health)
    routes = [route for part in slices for route in part.routes(ctx) if isinstance(route, Route)]
    expected = {(method, plain(route.path)) for route in routes for method in (route.methods or set()) - {"HEAD"}}
    told = {(row[0], codes(row[1])[0]) for row in rows(read("reference/urls.md")) if row[0] in {"GET", "POST"}}
    ahead = {path for _, path in told if path.startswith(("/fragments/", "/assets/", "/api/"))}
    assert {pair for pair in told if pair[1] not in ahead} == expected
    assert len(ahead) == 5


def plain(path: str) -> str:
    """A route's path without its convertors."""
    return re.sub(r":\w+}", "}", path)


def test_every_api_route_is_told() -> None:
    """The API's table has each route with its summary, and no other."""
    table = [row for row in rows(read("reference/api.md")) if row[0] in {"GET", "POST", "PUT", "PATCH", "DELETE"}]
    told = {(row[0], codes(row[1])[0]): row[2] for row in table}
    assert told == {(route.method, plain(route.path)): route.summary for route in API}


def test_every_dependency_is_told() -> None:
    """The page of dependencies lists exactly those of `pyproject.toml`, extras and tools included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for title, wanted in (
        ("Always", project["dependencies"]),
        ("Extras", [*extras["accounts"], *extras["postgres"], *extras["cli"], *extras["serve"]]),
        ("For development", extras["dev"]),
    ):
        told = rows(section("explanation/dependencies.md", title))
        names = {re.split(r"[\[>=]", item)[0] for item in wanted} - {project["name"]}
        assert set(first_codes(told)) == names, title
        assert all(len(row) >= 3 and all(row) for row in told), title
    assert set(codes(section("explanation/dependencies.md", "Extras"))) >= set(extras) - {"dev"}


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_resolves(path: Path) -> None:
    """A link within the repository leads to a file, and its anchor to a heading."""
    for link in links_of(path):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


@pytest.mark.parametrize("title", ["Tiếng Việt", "English"])
def test_the_moderator_s_guide_uses_the_words_on_screen(title: str) -> None:
    """What the guide prints in bold are words of the desk, letter by letter."""
    words: set[str] = set()
    for path in (SOURCE / "locales" / "en.d").glob("*.po"):
        for message in read_po(BytesIO(path.read_bytes()), locale="en"):
            told = message.string if title == "English" else message.id
            words |= {told} if isinstance(told, str) else set(told or ())
    guide = read("how-to/moderate.md").partition(f"## {title}\n")[2].partition("\n## ")[0]
    bold = {" ".join(found.split()) for found in re.findall(r"\*\*(.+?)\*\*", guide, re.DOTALL)}
    assert len(bold) > 10
    assert bold <= words


def test_every_custom_property_is_told() -> None:
    """The table of colours and sizes has each name that our style sheets read from the host."""
    sheets = (SOURCE / "web" / "static" / "engagement" / name for name in ("base.css", "widgets.css"))
    readable = {name for sheet in sheets for name in re.findall(r"var\((--ew-[a-z0-9-]+)", sheet.read_text())}
    table = rows(section("how-to/customise.md", "Colours, sizes, corners"))
    assert {name for row in table for name in codes(row[0])} == readable
