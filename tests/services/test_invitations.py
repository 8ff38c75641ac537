"""Links to set a password, and what an admin changes of an account, on both databases."""

from datetime import timedelta

import pytest

from desk_factory import add_account, open_token
from engagement_widgets.desk.account_changes import AccountSwitch, account_change, change_account, switch_account
from engagement_widgets.desk.accounts import (
    Account,
    PasswordChange,
    change_password,
    create_account,
    find_account,
    new_account,
    password_hash,
)
from engagement_widgets.desk.invitations import (
    LINK_LIFE,
    AcceptLink,
    Invite,
    accept_link,
    invite,
    link_token,
    open_link,
    read_link,
)
from engagement_widgets.desk.sessions import find_session
from engagement_widgets.errors import Invalid, NotFound, Refused
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock

BOSS = DeskUser(id="boss", name="Boss", role=Role.ADMIN)
SECRETS = Secrets(("k" * 32,))


def _invited(storage: Storage) -> Account:
    return storage.write_sync(create_account, new_account(login="tran.minh", name="Trần Minh", role="moderator"))


def test_a_link_sets_a_password_once(storage: Storage) -> None:
    """Until then there is none; afterwards the link opens nothing, and sessions of before are over."""
    account = _invited(storage)
    assert (storage.read_sync(password_hash, account.id), account.one_time) == ("", False)
    link = storage.write_sync(invite, Invite(account_id=account.id, actor=BOSS)).link_id
    token = open_token(storage, account)
    assert storage.read_sync(open_link, link).id == account.id
    set_by = storage.write_sync(accept_link, AcceptLink(link_id=link, password_hash="hash"))
    assert storage.read_sync(password_hash, account.id) == "hash"
    assert (set_by.one_time, set_by.link_until) == (False, None)
    assert storage.read_sync(find_session, token) is None
    with pytest.raises(NotFound, match="invitation_over"):
        storage.write_sync(accept_link, AcceptLink(link_id=link, password_hash="other"))
    entries = storage.read_sync(read_entries, EntriesQuery(size=20, subject=("account", str(account.id))))
    assert [entry.action for entry in entries] == ["account.password_changed", "account.invited", "account.created"]


def test_a_link_is_over_with_its_time_the_next_one_or_any_new_password(storage: Storage, clock: FakeClock) -> None:
    """And while the account is shut."""
    account = _invited(storage)
    command = Invite(account_id=account.id, actor=BOSS)
    first, second = (storage.write_sync(invite, command).link_id for _ in range(2))
    storage.read_sync(open_link, second)
    switch = AccountSwitch(account_id=account.id, disabled=True, actor=BOSS)
    storage.write_sync(switch_account, switch)
    over = [first, second]
    for link in over:
        with pytest.raises(NotFound, match="invitation_over"):
            storage.read_sync(open_link, link)
    with pytest.raises(Refused, match="account_disabled"):
        storage.write_sync(invite, command)
    storage.write_sync(switch_account, AccountSwitch(account_id=account.id, disabled=False, actor=BOSS))
    storage.write_sync(change_password, PasswordChange(account_id=account.id, password_hash="h"))
    third = storage.write_sync(invite, command).link_id
    clock.advance(LINK_LIFE - timedelta(seconds=1))
    storage.read_sync(open_link, third)
    clock.advance(1)
    for link in (second, third):
        with pytest.raises(NotFound, match="invitation_over"):
            storage.read_sync(open_link, link)


def test_an_address_is_one_that_we_signed(storage: Storage) -> None:
    """Another key's, a changed one and the bare id open nothing."""
    account = _invited(storage)
    link = storage.write_sync(invite, Invite(account_id=account.id, actor=BOSS)).link_id
    token = link_token(SECRETS, link)
    assert read_link(SECRETS, token) == link
    for forged in (link_token(Secrets(("x" * 32,)), link), token[:-1], str(link), "", SECRETS.sign("other", str(link))):
        with pytest.raises(NotFound, match="invitation_over"):
            read_link(SECRETS, forged)


def test_a_change_of_rights_is_told_with_before_and_after(storage: Storage) -> None:
    """It counts from the next request; an address for letters alone is no matter for the journal."""
    account = add_account(storage)
    change = account_change(account.id, role="editor", sections="doi-song\nthoi-su", email="ha@bao.example", actor=BOSS)
    changed = storage.write_sync(change_account, change)
    assert (changed.role, changed.sections, changed.email) == (
        Role.EDITOR,
        frozenset({"doi-song", "thoi-su"}),
        "ha@bao.example",
    )
    assert changed.user.sections == changed.sections
    (entry, *_) = storage.read_sync(read_entries, EntriesQuery(size=1))
    assert (entry.before, entry.after) == ({"role": "moderator"}, {"role": "editor", "sections": "doi-song, thoi-su"})
    back = account_change(account.id, role="editor", sections="doi-song\nthoi-su", email="", actor=BOSS)
    assert storage.write_sync(change_account, back).email is None
    assert storage.read_sync(read_entries, EntriesQuery(size=1))[0] == entry


def test_nobody_takes_their_own_rights_or_the_last_admin(storage: Storage) -> None:
    """An admin who is limited to sections cannot look after people, and does not count as one who does."""
    admin = add_account(storage, role=Role.ADMIN)
    limited = add_account(storage, role=Role.ADMIN, sections=frozenset({"doi-song"}))
    own = account_change(admin.id, role="editor", sections="", email="", actor=admin.user)
    with pytest.raises(Refused, match="own_account"):
        storage.write_sync(change_account, own)
    for role, sections in (("moderator", ""), ("admin", "doi-song")):
        change = account_change(admin.id, role=role, sections=sections, email="", actor=limited.user)
        with pytest.raises(Refused, match="last_admin"):
            storage.write_sync(change_account, change)
    with pytest.raises(Refused, match="last_admin"):
        storage.write_sync(switch_account, AccountSwitch(account_id=admin.id, disabled=True, actor=limited.user))
    assert storage.read_sync(find_account, admin.id).role is Role.ADMIN


def test_what_is_typed_about_a_person_is_checked_at_once(storage: Storage) -> None:
    """Every wrong field is named."""
    account = add_account(storage)
    with pytest.raises(Invalid) as refused:
        account_change(account.id, role="king", sections="x" * 300, email="not an address", actor=BOSS)
    assert [(error.field, error.code) for error in refused.value.errors] == [
        ("role", "unknown_role"),
        ("sections", "too_long"),
        ("email", "invalid_email"),
    ]
