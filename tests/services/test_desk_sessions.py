"""Sessions of the desk and the door before them, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engagement_widgets.desk.accounts import Account, NewAccount, create_account, find_login
from engagement_widgets.desk.admission import (
    PER_ADDRESS,
    PER_LOGIN,
    WINDOW,
    Attempt,
    admit,
    enter,
    note_failure,
)
from engagement_widgets.desk.sessions import (
    ABSOLUTE,
    IDLE,
    IDLE_SHARED,
    Ending,
    Opening,
    end_session,
    find_session,
    list_sessions,
    new_token,
    open_session,
    see_session,
)
from engagement_widgets.desk.tables import sessions
from engagement_widgets.errors import NotFound
from engagement_widgets.hooks import Role
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock


@pytest.fixture
def account(storage: Storage) -> Account:
    """One moderator."""
    command = NewAccount(login="minhha", name="Phạm Minh Hà", role=Role.MODERATOR, password_hash="hash")
    return storage.write_sync(create_account, command)


def _open(storage: Storage, account: Account, *, shared: bool = False) -> str:
    token = new_token()
    opening = Opening(account_id=account.id, token=token, agent="Firefox", shared=shared)
    storage.write_sync(open_session, opening)
    return token


def _token_hashes(tx: Tx, command: None) -> list[str]:
    del command
    return list(tx.execute(select(sessions.c.token_hash)).scalars())


def _actions(storage: Storage) -> list[str]:
    return [entry.action for entry in storage.read_sync(read_entries, EntriesQuery(size=50))]


def test_a_session_is_found_by_its_token_and_the_row_keeps_only_a_hash(storage: Storage, account: Account) -> None:
    """A dump of the database opens nothing."""
    token = _open(storage, account)
    found = storage.read_sync(find_session, token)
    assert found
    assert found.account.login == "minhha"
    (stored,) = storage.read_sync(_token_hashes, None)
    assert token not in stored
    assert storage.read_sync(find_session, stored) is None
    assert token not in repr(Opening(account_id=account.id, token=token, agent="", shared=False))


@pytest.mark.parametrize(("shared", "idle"), [(False, IDLE), (True, IDLE_SHARED)])
def test_a_session_ends_when_it_is_not_used(
    storage: Storage, account: Account, clock: FakeClock, *, shared: bool, idle: timedelta
) -> None:
    """Sooner on a shared computer; using it begins the time anew."""
    token = _open(storage, account, shared=shared)
    clock.advance(idle - timedelta(seconds=1))
    found = storage.read_sync(find_session, token)
    assert found
    storage.write_sync(see_session, found.session.id)
    clock.advance(idle - timedelta(seconds=1))
    assert storage.read_sync(find_session, token)
    clock.advance(1)
    assert storage.read_sync(find_session, token) is None


def test_a_session_ends_after_a_week_however_it_is_used(storage: Storage, account: Account, clock: FakeClock) -> None:
    """The absolute end does not move."""
    token = _open(storage, account)
    end = clock.now() + ABSOLUTE
    while (found := storage.read_sync(find_session, token)) is not None:
        storage.write_sync(see_session, found.session.id)
        assert clock.now() < end
        clock.advance(timedelta(hours=6))
    assert clock.now() == end


def test_sessions_are_listed_and_ended_by_their_owner_alone(storage: Storage, account: Account) -> None:
    """Somebody else's session is as good as none; ending twice writes one entry."""
    other = storage.write_sync(
        create_account, NewAccount(login="lan", name="Lan", role=Role.ADMIN, password_hash="hash")
    )
    token, _ = _open(storage, account), _open(storage, other)
    (mine,) = storage.read_sync(list_sessions, account.id)
    with pytest.raises(NotFound, match="unknown_session"):
        storage.write_sync(end_session, Ending(session_id=mine.id, account_id=other.id))
    for _ in range(2):
        storage.write_sync(end_session, Ending(session_id=mine.id, account_id=account.id))
    assert storage.read_sync(find_session, token) is None
    assert storage.read_sync(list_sessions, account.id) == ()
    assert _actions(storage).count("session.closed") == 1


def test_the_sign_in_before_this_one_is_remembered(storage: Storage, account: Account, clock: FakeClock) -> None:
    """The desk says what came since then."""
    first = clock.now()
    _open(storage, account)
    second = clock.advance(3600)
    _open(storage, account)
    now = storage.read_sync(find_login, "minhha")
    assert (now.previous_login_at, now.last_login_at) == (first, second)


def test_a_login_is_tried_so_often_and_no_oftener(storage: Storage, account: Account, clock: FakeClock) -> None:
    """The count is exact, per login however it is spelled and from wherever; it opens again with the next window."""
    for number in range(PER_LOGIN):
        attempt = Attempt(login="MinhHa" if number % 2 else "minhha", address_hash=f"address-{number}")
        admission = storage.write_sync(admit, attempt)
        assert admission.wait is None
        assert admission.account == account
        assert admission.password_hash == "hash"
    refused = storage.write_sync(admit, Attempt(login="minhha", address_hash="another"))
    assert refused.wait
    assert 0 < refused.wait <= WINDOW.total_seconds()
    assert refused.account is None
    assert storage.write_sync(admit, Attempt(login="lan", address_hash="another")).wait is None
    clock.advance(refused.wait)
    assert storage.write_sync(admit, Attempt(login="minhha", address_hash="another")).wait is None


def test_an_address_tries_so_many_logins_and_no_more(storage: Storage) -> None:
    """Guessing one password for many logins is slow too."""
    for number in range(PER_ADDRESS):
        assert storage.write_sync(admit, Attempt(login=f"login{number}", address_hash="one")).wait is None
    assert storage.write_sync(admit, Attempt(login="next", address_hash="one")).wait


def test_arriving_forgets_the_failed_attempts(storage: Storage, account: Account) -> None:
    """Nobody else's guesses keep the owner out for longer than the owner's own next sign-in."""
    for _ in range(PER_LOGIN):
        storage.write_sync(admit, Attempt(login="minhha", address_hash="one"))
    storage.write_sync(enter, Opening(account_id=account.id, token="t", agent="", shared=False))
    assert storage.write_sync(admit, Attempt(login="minhha", address_hash="one")).wait is None


def test_a_wrong_password_is_written_down_for_known_logins_only(storage: Storage, account: Account) -> None:
    """The journal keeps everything for good, so strangers cannot fill it."""
    storage.write_sync(note_failure, account)
    storage.write_sync(note_failure, None)
    storage.write_sync(note_failure, None)
    assert _actions(storage) == ["session.refused", "account.created"]


def test_an_endless_login_is_counted_like_any_other(storage: Storage) -> None:
    """What is typed never outgrows its column."""
    assert storage.write_sync(admit, Attempt(login="ß" * 5000, address_hash="one")).wait is None
