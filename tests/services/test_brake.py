"""The brake: a wave holds the page or the site by itself, once, for an hour, and is told once."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from comment_factory import MAI, OTHER_PAGE, PAGE, approved, post
from engagement_widgets.comments import brake
from engagement_widgets.comments.brake import LASTS, Pull, pull
from engagement_widgets.comments.emergencies import EndHold, Scope, end_hold, list_emergencies
from engagement_widgets.comments.service import HeldReason, Recount, Status, queue_item, recount
from engagement_widgets.hooks import Moderation, Page
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.tables import outbox
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from rule_factory import change
from statements import statements

FIGURES = {"count": 6, "minutes": 10, "factor": 3}


@pytest.fixture(autouse=True)
def low(storage: Storage) -> None:
    """A wave is six comments, so that a test need not send sixty."""
    change(storage, "page_flood", params=FIGURES)


def came(storage: Storage, moderation: Moderation = Moderation.POST, **values: Any) -> UUID:
    """One comment of a site whose brake is on."""
    return post(storage, moderation=moderation, brakes=True, **values).comment_id


def status(storage: Storage, comment_id: UUID) -> Status:
    """Where a comment stands."""
    return storage.read_sync(queue_item, comment_id).status


def reasons(storage: Storage, comment_id: UUID) -> set[HeldReason]:
    """Why a comment waits."""
    return {held.reason for held in storage.read_sync(queue_item, comment_id).holds}


def alerts(storage: Storage) -> list[dict[str, Any]]:
    """The alerts that wait for their delivery."""
    waiting = select(outbox.c.payload).where(outbox.c.kind == "BrakePulled")
    return storage.read_sync(lambda tx, _: list(tx.execute(waiting).scalars()), None)


def test_a_wave_is_held_and_what_it_published_is_taken_back(storage: Storage, clock: FakeClock) -> None:
    """Of new readers alone: who was known before stays; all figures equal rows; the journal says what was seen."""
    known = approved(storage, reader="r:lan")
    clock.advance(3600)
    hers = came(storage, reader="r:lan")
    wave = []
    for _ in range(9):
        clock.advance(2)
        wave.append(came(storage))
    assert {status(storage, one) for one in wave} == {Status.PENDING}
    assert all(HeldReason.BRAKE in reasons(storage, one) for one in wave)
    assert [status(storage, one) for one in (known, hers)] == [Status.APPROVED] * 2
    assert storage.read_sync(recount, Recount()).was_right
    (held,) = storage.read_sync(list_emergencies, None)
    assert (held.automatic, held.scope, held.target) == (True, Scope.PAGE, str(page_id("test", PAGE.key)))
    entry = storage.read_sync(read_entries, EntriesQuery(size=1))[0]
    assert (entry.action, (entry.after or {})["count"]) == ("emergency.braked", 6)


def test_it_lets_go_by_itself(storage: Storage, clock: FakeClock) -> None:
    """No worker ends it: a comment an hour later is compared with the end."""
    for _ in range(8):
        came(storage)
    clock.advance(LASTS.total_seconds() - 1)
    assert status(storage, came(storage)) is Status.PENDING
    clock.advance(2)
    assert status(storage, came(storage)) is Status.APPROVED


def test_a_wave_that_waits_is_nobodys_habit(storage: Storage, clock: FakeClock) -> None:
    """Hours of the same wave stay a wave, because what waits is no history."""
    for _ in range(4 * 60):
        clock.advance(60)
        came(storage)
    assert status(storage, came(storage)) is Status.PENDING
    assert len(storage.read_sync(list_emergencies, None)) == 1


def test_a_page_that_is_always_busy_is_in_no_wave(storage: Storage, clock: FakeClock) -> None:
    """Its own history is what its pace is compared with."""
    for number in range(150):
        clock.advance(150)
        approved(storage, reader=f"r:mai{number % 40}")
    for _ in range(8):
        came(storage)
    assert not storage.read_sync(list_emergencies, None)


def test_one_alert_goes_out_for_a_wave_over_many_pages(storage: Storage, clock: FakeClock) -> None:
    """Each page is held for itself; the next alert comes when an hour has passed."""
    for page in (PAGE, OTHER_PAGE):
        for _ in range(8):
            came(storage, page=page)
    assert len(storage.read_sync(list_emergencies, None)) == 2
    assert [alert["cause"] for alert in alerts(storage)] == ["comments"]
    clock.advance(2 * 3600)
    for _ in range(8):
        came(storage)
    assert len(alerts(storage)) == 2


def test_a_wave_over_pages_that_are_each_quiet_holds_the_site(
    storage: Storage, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted for the site as a whole, now and then."""
    monkeypatch.setattr(brake, "SITE_LEAST", 20)
    monkeypatch.setattr("engagement_widgets.comments.submission.ASKED_EVERY", 1)
    wave = []
    for number in range(24):
        clock.advance(1)
        page = Page(key=f"tin/{number}", url=f"https://bao.example/tin/{number}", title=f"Bài {number}")
        wave.append(came(storage, page=page))
    (held,) = storage.read_sync(list_emergencies, None)
    assert (held.automatic, held.scope) == (True, Scope.SITE)
    assert {status(storage, one) for one in wave} == {Status.PENDING}
    assert len(alerts(storage)) == 1


def test_it_is_pulled_once_and_can_be_let_go_by_hand(storage: Storage) -> None:
    """Pulling again changes nothing; ending it publishes the next comment; a hold by hand is another one."""
    command = Pull(scope=Scope.SITE, target="", cause="captcha", count=90, usual=4, minutes=10)
    assert storage.write_sync(pull, command)
    assert not storage.write_sync(pull, command)
    assert status(storage, came(storage)) is Status.PENDING
    storage.write_sync(end_hold, EndHold(scope=Scope.SITE, target="", actor=MAI, automatic=True))
    assert status(storage, came(storage)) is Status.APPROVED


def test_without_the_setting_nothing_is_pulled(storage: Storage) -> None:
    """The rule for pages still holds what it always held."""
    ids = [post(storage, moderation=Moderation.POST).comment_id for _ in range(8)]
    assert not storage.read_sync(list_emergencies, None)
    assert [status(storage, one) for one in ids[:6]] == [Status.APPROVED] * 6
    assert reasons(storage, ids[7]) == {HeldReason.PAGE_FLOOD}


def test_a_quiet_page_pays_no_statement(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the brake on a post of a page below the floor sends what it sends without it."""
    monkeypatch.setattr("engagement_widgets.comments.submission.ASKED_EVERY", 1 << 200)
    came(storage)
    with statements() as without:
        post(storage, moderation=Moderation.POST)
    with statements() as sent:
        came(storage)
    assert len(sent) == len(without)
