"""The command that writes exports: whole files or none."""

import csv
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engagement_widgets.cli.commands import commands
from engagement_widgets.hooks import Page
from engagement_widgets.kernel.clock import SystemClock
from engagement_widgets.ratings.service import CastRating, cast
from engagement_widgets.storage.units import Storage


@pytest.fixture
def run(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> "type[Runner]":
    """Runs the command on a database with five votes on two pages."""
    monkeypatch.setenv("ENGAGEMENT_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("ENGAGEMENT_SITE", "test")
    storage = Storage(url=sqlite_url, site="test", clock=SystemClock())
    storage.boot()
    day = storage.clock.now().date()
    for number in range(5):
        page = Page(key=f"tin/{number % 2}", url="/", title="=Tin")
        command = CastRating(page=page, voter=f"u:mai-{number}", score=5, day=day, quota=str(number))
        storage.write_sync(cast, command)
    storage.close()
    return Runner


class Runner:
    """The command line, called in this process."""

    @staticmethod
    def export(*arguments: object) -> Result:
        """Run `export-ratings`."""
        return CliRunner().invoke(commands, ["export-ratings", *map(str, arguments)])


def test_a_file_is_written_whole(run: type[Runner], tmp_path: Path) -> None:
    """Every vote, under the name that was asked for, readable by its owner alone; nothing else lies beside it."""
    folder = tmp_path / "exports"
    folder.mkdir()
    output = folder / "votes.csv"
    output.write_text("of last year")
    result = run.export("votes", "--output", output)

    assert (result.exit_code, result.stderr.strip()) == (0, "5 rows written.")
    assert list(folder.iterdir()) == [output]
    assert output.stat().st_mode & 0o077 == 0
    with output.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert len({row["voter"] for row in rows}) == 5
    assert {row["page_title"] for row in rows} == {"'=Tin"}
    assert "mai" not in output.read_text()


def test_without_a_file_it_goes_to_standard_output(run: type[Runner]) -> None:
    """Only the rows; what is said about them goes to standard error."""
    result = run.export("totals", "--format", "json")
    assert result.exit_code == 0
    assert sorted(json.loads(line)["votes"] for line in result.stdout.splitlines()) == [2, 3]


def test_a_failure_leaves_the_old_file(run: type[Runner], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there is there, and no half of a new one."""
    folder = tmp_path / "exports"
    folder.mkdir()
    output = folder / "votes.csv"
    output.write_text("of last year")

    def full(descriptor: int) -> None:
        del descriptor
        raise OSError(28, "No space left on device", str(output))

    monkeypatch.setattr(os, "fsync", full)
    result = run.export("votes", "--output", output)
    assert (result.exit_code, result.stderr) == (1, f"Error: No space left on device: {output}\n")
    assert list(folder.iterdir()) == [output]
    assert output.read_text() == "of last year"


def test_a_folder_that_is_not_there_is_told(run: type[Runner], tmp_path: Path) -> None:
    """In words and with status 1."""
    result = run.export("votes", "--output", tmp_path / "nowhere" / "votes.csv")
    assert result.exit_code == 1
    assert "No such file or directory" in result.stderr
    assert result.exception.__class__ is SystemExit
