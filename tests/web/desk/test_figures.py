"""The figures as a screen and as files."""

import csv
from io import StringIO

import pytest
from starlette.types import ASGIApp

from comment_factory import MAI, OTHER_PAGE, PAGE, submission
from desk_factory import MOUNT, add_account, at_the_desk
from engagement_widgets.comments.service import Decide, Status, decide, submit_comment
from engagement_widgets.hooks import Page, Role
from engagement_widgets.storage.units import Storage

pytestmark = pytest.mark.anyio

FIGURES = f"{MOUNT}/desk/figures"


def _approve(storage: Storage, page: Page = PAGE) -> None:
    sent = storage.write_sync(submit_comment, submission(page=page))
    storage.write_sync(decide, Decide(comment_id=sent.comment_id, version=1, status=Status.APPROVED, actor=MAI))


async def test_the_screen_has_charts_and_tables(app: ASGIApp, storage: Storage) -> None:
    """Every period is shown; a wrong one is refused."""
    _approve(storage)
    async with at_the_desk(app, storage, add_account(storage)) as client:
        for period in ("week", "month", "year"):
            shown = await client.get(FIGURES, params={"period": period})
            assert shown.status_code == 200
            assert shown.text.count('<svg class="ew-chart" height') == 2
            assert PAGE.title in shown.text
        assert (await client.get(FIGURES, params={"period": "age"})).status_code == 400


async def test_tables_are_files_for_spreadsheets(app: ASGIApp, storage: Storage) -> None:
    """With a byte order mark, semicolons and a decimal comma."""
    _approve(storage)
    async with at_the_desk(app, storage, add_account(storage)) as client:
        files = {
            name: await client.get(f"{FIGURES}/{name}.csv") for name in ("waiting", "decisions", "people", "pages")
        }
    assert all(file.content.startswith(b"\xef\xbb\xbf") for file in files.values())
    assert files["people"].headers["content-disposition"] == ('attachment; filename="people-2026-06-25-2026-07-01.csv"')
    rows = {
        name: list(csv.reader(StringIO(file.content.decode("utf-8-sig"), newline=""), delimiter=";"))
        for name, file in files.items()
    }
    assert rows["people"][1] == ["Mai", "1", "0", "0", "0", "1", "100,0"]
    assert rows["decisions"][-1] == ["2026-07-01", "1", "0", "0", "0", "1"]
    assert rows["pages"][1][:4] == [PAGE.title, PAGE.url, PAGE.section, "1"]
    assert rows["waiting"][-1] == ["2026-07-01", "", ""]


async def test_nobody_sees_another_section(app: ASGIApp, storage: Storage) -> None:
    """A person limited to sections sees theirs alone, also without asking for one; editors have no figures."""
    _approve(storage)
    _approve(storage, OTHER_PAGE)
    limited = add_account(storage, sections=frozenset({PAGE.section}))
    async with at_the_desk(app, storage, limited) as client:
        shown = await client.get(FIGURES)
        assert PAGE.title in shown.text
        assert OTHER_PAGE.title not in shown.text
        assert (await client.get(FIGURES, params={"section": "kinh-te"})).status_code == 403
    async with at_the_desk(app, storage, add_account(storage, role=Role.EDITOR)) as client:
        assert (await client.get(FIGURES)).status_code == 403
