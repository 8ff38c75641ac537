"""The journal is looked through, and taken home by admins."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from starlette.types import ASGIApp

from comment_factory import LAN, MAI
from desk_factory import MOUNT, add_account, at_the_desk
from engagement_widgets.hooks import Role
from engagement_widgets.journal.service import Record, record
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock

pytestmark = pytest.mark.anyio

JOURNAL = f"{MOUNT}/desk/journal"


def _write(storage: Storage, why: str) -> None:
    for actor in (MAI, LAN):
        told = Record(actor=actor, action="link.added", subject_kind="link", subject_id="1", why=why)
        storage.write_sync(record, told)


async def test_what_is_looked_for_is_shown(app: ASGIApp, storage: Storage, clock: FakeClock) -> None:
    """Words, kind and days in the address; nothing found says so; what is wrong is told beside its field."""
    _write(storage, "đổi tên miền")
    clock.advance(timedelta(days=1))
    async with at_the_desk(app, storage, add_account(storage)) as client:
        found = await client.get(
            JOURNAL, params={"q": "Lan", "kind": "link", "since": "2026-07-01", "until": "2026-07-01"}
        )
        assert found.text.count("đổi tên miền") == 1
        nothing = await client.get(JOURNAL, params={"kind": "link", "since": "2026-07-02"})
        assert "Không có thao tác nào khớp" in nothing.text
        for wrong in (
            {"kind": "x"},
            {"since": "hôm qua"},
            {"until": "9999-12-31"},
            {"since": "2026-07-02", "until": "2026-07-01"},
        ):
            refused = await client.get(JOURNAL, params=wrong)
            assert refused.status_code == 422, wrong
            assert "ew-error" in refused.text


async def test_an_export_is_a_file_and_an_entry(
    app: ASGIApp, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In as many reads as it needs; the journal says who took it and what was asked for."""
    monkeypatch.setattr("engagement_widgets.desk.journal_routes.EXPORT_BATCH", 3)
    for number in range(4):
        _write(storage, f"lần {number}")
    async with at_the_desk(app, storage, add_account(storage, role=Role.ADMIN)) as client:
        file = await client.post(f"{JOURNAL}/export", data={"kind": "link"})
        rows = list(csv.reader(StringIO(file.content.decode("utf-8-sig"), newline=""), delimiter=";"))
        assert rows[0][:2] == ["Lúc", "Ai"]
        assert len(rows) == 1 + 8
        assert "Xuất nhật ký" in (await client.get(JOURNAL)).text
    async with at_the_desk(app, storage, add_account(storage)) as client:
        assert (await client.post(f"{JOURNAL}/export")).status_code == 403
