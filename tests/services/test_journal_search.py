"""Looking for entries of the journal, on both databases."""

from datetime import timedelta

import pytest

from comment_factory import LAN, MAI
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.service import EntriesQuery, Record, read_entries, record
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock


def _write(storage: Storage, action: str, actor: DeskUser = MAI, **more: object) -> None:
    told = Record(actor=actor, action=action, subject_kind="comment", subject_id="1", **more)  # type: ignore[arg-type]
    storage.write_sync(record, told)


def _found(storage: Storage, **query: object) -> list[str]:
    entries = storage.read_sync(read_entries, EntriesQuery(size=10, **query))  # type: ignore[arg-type]
    return [entry.action for entry in entries]


@pytest.mark.parametrize(
    ("words", "actions"),
    [
        ("Lan", ["comment.spam"]),
        ("cãi nhau", ["comment.rejected"]),
        ("Đời sống", ["page.changed"]),
        ("100%", []),
        ("_", []),
    ],
)
def test_words_are_found_wherever_people_wrote_them(storage: Storage, words: str, actions: list[str]) -> None:
    """In names, reasons and what changed; signs of the engines' patterns mean themselves."""
    _write(storage, "comment.spam", LAN)
    _write(storage, "comment.rejected", why="Cãi nhau thì không đăng, cãi nhau qua lại")
    _write(storage, "page.changed", before={"section": "Thời sự"}, after={"section": "Đời sống"})
    assert _found(storage, words=words) == actions


def test_kinds_and_days_narrow_the_journal(storage: Storage, clock: FakeClock) -> None:
    """A kind is what stands before the dot; from a moment on, and before another."""
    start = clock.now()
    _write(storage, "link.added")
    _write(storage, "link_group.added")
    clock.advance(timedelta(hours=1))
    _write(storage, "link.removed")
    assert _found(storage, kind="link") == ["link.removed", "link.added"]
    assert _found(storage, since=start + timedelta(hours=1)) == ["link.removed"]
    assert _found(storage, until=start + timedelta(hours=1)) == ["link_group.added", "link.added"]
