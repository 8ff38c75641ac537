"""Exports by the API: for admins alone, as files, sent while they are read."""

import csv
import json
from io import StringIO

import httpx
import pytest
from starlette.types import ASGIApp

from comment_factory import PAGE
from desk_factory import MOUNT, add_account, open_token
from engagement_widgets.errors import Unavailable
from engagement_widgets.hooks import Role
from engagement_widgets.ratings import export
from engagement_widgets.ratings.service import CastRating, cast
from engagement_widgets.storage.units import Storage, Tx

pytestmark = pytest.mark.anyio

EXPORT = f"http://127.0.0.1{MOUNT}/api/v1/desk/ratings/export"


def program(app: ASGIApp, storage: Storage, role: Role = Role.ADMIN) -> httpx.AsyncClient:
    """A script with a session of this role."""
    token = open_token(storage, add_account(storage, role=role))
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 50000))
    return httpx.AsyncClient(transport=transport, headers={"Authorization": f"Bearer {token}"})


def rate(storage: Storage, count: int) -> None:
    """So many votes on one page, by as many readers."""
    day = storage.clock.now().date()
    for number in range(count):
        command = CastRating(page=PAGE, voter=f"u:mai-{number}", score=1 + number % 5, day=day, quota=str(number))
        storage.write_sync(cast, command)


async def test_an_admin_gets_the_file(app: ASGIApp, storage: Storage) -> None:
    """A download with its name, kept by no cache, as CSV and as JSON lines."""
    rate(storage, 3)
    async with program(app, storage) as client:
        plain = await client.get(EXPORT)
        lines = await client.get(EXPORT, params={"subject": "totals", "format": "json"})
    assert plain.headers["content-type"] == "text/csv; charset=utf-8"
    assert plain.headers["content-disposition"] == 'attachment; filename="ratings-votes.csv"'
    assert plain.headers["cache-control"] == "no-store"
    rows = list(csv.DictReader(StringIO(plain.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert sorted(row["score"] for row in rows) == ["1", "2", "3"]
    assert "mai" not in plain.text
    assert lines.headers["content-type"] == "application/jsonl"
    assert [json.loads(line)["votes"] for line in lines.text.splitlines()] == [3]


async def test_only_admins_may_export(app: ASGIApp, storage: Storage) -> None:
    """A moderator and an editor are refused as everywhere."""
    for role in (Role.MODERATOR, Role.EDITOR):
        async with program(app, storage, role) as client:
            answer = await client.get(EXPORT)
        assert (answer.status_code, answer.json()["code"]) == (403, "role_required")


async def test_a_bad_wish_is_told(app: ASGIApp, storage: Storage) -> None:
    """What is no subject or format is no file."""
    async with program(app, storage) as client:
        answer = await client.get(EXPORT, params={"subject": "voters", "format": "xlsx"})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"subject", "format"}


async def test_a_failure_in_the_middle_breaks_the_answer(
    app: ASGIApp, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has begun cannot become an error any more; it must not look whole either."""
    rate(storage, 3)
    read = export.read_votes

    def fails_later(tx: Tx, ask: export.Ask) -> export.Batch:
        if ask.after != export.START:
            raise Unavailable("storage_away")
        return read(tx, export.Ask(after=ask.after, size=2))

    source = export.SOURCES[export.ExportSubject.VOTES]
    failing = export.Source(count=source.count, read=fails_later, columns=source.columns, tell=source.tell)
    monkeypatch.setattr("engagement_widgets.desk.rating_export.SOURCES", {export.ExportSubject.VOTES: failing})
    async with program(app, storage) as client:
        with pytest.raises(Unavailable):
            await client.get(EXPORT)
