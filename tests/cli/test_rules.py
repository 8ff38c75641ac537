"""The commands that carry rules in and out."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from comment_factory import post
from engagement_widgets.cli.commands import commands
from engagement_widgets.comments.rules.packs import packs
from engagement_widgets.kernel.clock import SystemClock
from engagement_widgets.storage.units import Storage
from rule_factory import rules_of


@pytest.fixture
def storage(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """A database that the environment names."""
    monkeypatch.setenv("ENGAGEMENT_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("ENGAGEMENT_SITE", "test")
    storage = Storage(url=sqlite_url, site="test", clock=SystemClock())
    storage.boot()
    return storage


def run(*arguments: object, stdin: str | None = None) -> Result:
    """`engagement-widgets rules …`."""
    return CliRunner().invoke(commands, ["rules", *map(str, arguments)], input=stdin)


def test_packs_and_files_go_in_and_come_out(storage: Storage, tmp_path: Path) -> None:
    """Every starter pack by its name; the whole set to a file, and the same set back without a change."""
    for pack in packs():
        result = run("import", pack.name)
        assert (result.exit_code, result.output) == (0, "1 rules added or changed.\n"), result.output
    output = tmp_path / "rules.json"
    assert run("export", "--output", output).exit_code == 0
    assert len(json.loads(output.read_text())["rules"]) == len(rules_of(storage).rules)
    assert run("import", output).output == "0 rules added or changed.\n"
    assert run("import", "-", stdin=output.read_text()).output == "0 rules added or changed.\n"


def test_what_is_no_set_of_rules_changes_nothing(storage: Storage, tmp_path: Path) -> None:
    """A missing file, no JSON, an unknown kind, a rule that touches much without a reason: words and status 1."""
    post(storage, body="Có cá độ ở đây")
    rule = {"kind": "words", "name": "Cờ bạc", "params": {"entries": [{"text": "cá độ"}]}}
    for number, text in enumerate(("", "[]", '{"rules": [{"kind": "magic"}]}', json.dumps({"rules": [rule]}))):
        path = tmp_path / f"{number}.json"
        path.write_text(text)
        result = run("import", path)
        assert result.exit_code == 1
        assert result.output.startswith("Error: ")
    assert run("import", tmp_path / "none.json").exit_code == 1
    assert rules_of(storage).version == 0
    assert run("import", tmp_path / "3.json", "--why", "mùa bóng").exit_code == 0
