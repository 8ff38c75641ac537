"""Accounts of the desk, on both databases."""

from dataclasses import replace

import pytest

from engagement_widgets.desk.account_changes import AccountSwitch, switch_account
from engagement_widgets.desk.accounts import (
    Account,
    NewAccount,
    PasswordChange,
    PasswordReset,
    change_password,
    create_account,
    find_login,
    list_accounts,
    new_account,
    password_hash,
    reset_password,
)
from engagement_widgets.desk.sessions import Opening, find_session, open_session
from engagement_widgets.errors import Conflict, Invalid, NotFound, Refused
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.storage.units import Storage

BOSS = DeskUser(id="boss", name="Boss", role=Role.ADMIN)


def _add(storage: Storage, login: str = "minhha", role: Role = Role.MODERATOR) -> Account:
    command = NewAccount(login=login, name="Phạm Minh Hà", role=role, password_hash=f"hash-of-{login}", actor=BOSS)
    return storage.write_sync(create_account, command)


def _sign_in(storage: Storage, account: Account, token: str) -> None:
    opening = Opening(account_id=account.id, token=token, agent="", shared=False)
    storage.write_sync(open_session, opening)


def _actions(storage: Storage) -> list[tuple[str, str]]:
    return [(entry.action, entry.actor) for entry in storage.read_sync(read_entries, EntriesQuery(size=50))]


def test_a_new_account_has_a_one_time_password_and_a_journal_entry(storage: Storage) -> None:
    """The entry says who was added in which role, and nothing of the password."""
    account = _add(storage)
    assert account.one_time
    assert storage.read_sync(find_login, " MinhHa ") == account
    (entry,) = storage.read_sync(read_entries, EntriesQuery(size=50))
    assert (entry.action, entry.actor, entry.subject_id) == ("account.created", "boss", str(account.id))
    assert entry.after == {"login": "minhha", "name": "Phạm Minh Hà", "role": "moderator"}
    assert "hash" not in repr(entry)


def test_a_login_is_there_once(storage: Storage) -> None:
    """The second account of the same login is refused and leaves nothing."""
    _add(storage)
    with pytest.raises(Conflict, match="login_taken"):
        _add(storage, role=Role.ADMIN)
    assert [account.role for account in storage.read_sync(list_accounts, None)] == [Role.MODERATOR]
    assert len(_actions(storage)) == 1


def test_changing_the_password_ends_the_other_sessions_only(storage: Storage) -> None:
    """The one that asks goes on; a stolen one does not."""
    account = _add(storage)
    for token in ("mine", "stolen"):
        _sign_in(storage, account, token)
    mine = storage.read_sync(find_session, "mine")
    assert mine
    command = PasswordChange(account_id=account.id, password_hash="own", keep=mine.session.id)
    assert not storage.write_sync(change_password, command).one_time
    assert storage.read_sync(password_hash, account.id) == "own"
    assert storage.read_sync(find_session, "mine")
    assert storage.read_sync(find_session, "stolen") is None


def test_a_reset_sets_a_one_time_password_and_ends_every_session(storage: Storage) -> None:
    """Whoever forgot the password, or lost the phone, starts again."""
    account = _add(storage)
    _sign_in(storage, account, "token")
    assert storage.write_sync(reset_password, PasswordReset(login="minhha", password_hash="new")).one_time
    assert storage.read_sync(find_session, "token") is None
    assert ("account.password_reset", "system") in _actions(storage)
    with pytest.raises(NotFound, match="unknown_account"):
        storage.write_sync(reset_password, PasswordReset(login="nobody", password_hash="new"))


def test_a_disabled_account_loses_its_sessions_and_comes_back_without_them(storage: Storage) -> None:
    """Shutting takes effect at once; opening again signs nobody in. Twice is the same as once."""
    account = _add(storage)
    _sign_in(storage, account, "token")
    for disabled in (True, True, False, False):
        storage.write_sync(switch_account, AccountSwitch(account_id=account.id, disabled=disabled, actor=BOSS))
        assert storage.read_sync(find_session, "token") is None
    actions = [action for action, actor in _actions(storage) if actor == "boss"]
    assert actions == ["account.enabled", "account.disabled", "account.created"]


def test_nobody_locks_the_desk_from_outside(storage: Storage) -> None:
    """Neither one's own account nor the last admin's can be shut."""
    admin = _add(storage, "quan-tri", Role.ADMIN)
    other = _add(storage, "pho-ban", Role.ADMIN)
    with pytest.raises(Refused, match="own_account"):
        storage.write_sync(switch_account, AccountSwitch(account_id=admin.id, disabled=True, actor=admin.user))
    storage.write_sync(switch_account, AccountSwitch(account_id=other.id, disabled=True, actor=admin.user))
    with pytest.raises(Refused, match="last_admin"):
        storage.write_sync(switch_account, AccountSwitch(account_id=admin.id, disabled=True, actor=other.user))


def test_what_is_typed_for_an_account_is_checked_all_at_once() -> None:
    """Every wrong field is named; a login is lower case."""
    with pytest.raises(Invalid) as refused:
        new_account(login="Hà Nội", name=" ", role="king")
    assert {(error.field, error.code) for error in refused.value.errors} == {
        ("login", "bad_login"),
        ("name", "required"),
        ("role", "unknown_role"),
    }
    assert new_account(login=" Minh.Ha ", name="Hà", role="admin").login == "minh.ha"
    limited = new_account(login="ha", name="Hà", role="admin", sections="Đời sống\n\n thoi-su ", email="ha@bao.example")
    assert limited.sections == frozenset({"Đời sống", "thoi-su"})
    assert "ha@bao" not in repr(limited)
    assert "secret" not in repr(replace(limited, password_hash="secret"))
