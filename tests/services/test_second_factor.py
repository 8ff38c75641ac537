"""The second factor, on both databases: a code is worth one sign-in, a recovery code too, and few are tried."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from desk_factory import SECRET, add_account, code_of, open_token, with_factor
from engagement_widgets.desk.accounts import find_account
from engagement_widgets.desk.second_factor import (
    RECOVERY_CODES,
    TRIES,
    TRIES_WINDOW,
    CodeTry,
    DisableFactor,
    RenewCodes,
    count_recovery_codes,
    disable_factor,
    matching_step,
    new_recovery_codes,
    new_secret,
    recovery_hash,
    renew_codes,
    sealed_secret,
    spend_code,
)
from engagement_widgets.desk.sessions import find_session, list_sessions
from engagement_widgets.errors import Conflict
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock

SECRETS = Secrets(("k" * 32,))
BOSS = DeskUser(id="boss", name="Boss", role=Role.ADMIN)


def _try(storage: Storage, account_id: UUID, step: int | None = None, code: str = "x") -> bool | int:
    made = CodeTry(account_id=account_id, counter=step, sealed="s", code_hash=recovery_hash(account_id, code))
    verdict = storage.write_sync(spend_code, made)
    return verdict.right if verdict.wait is None else verdict.wait


def test_the_code_of_now_and_its_neighbours_match(clock: FakeClock) -> None:
    """RFC 6238 with a drift of one step; typed with blanks as apps show it; nothing else."""
    now = clock.now()
    code = code_of(SECRET, now)
    step = matching_step(SECRET, f"{code[:3]} {code[3:]}", now)
    assert step == int(now.timestamp()) // 30
    for seconds, matches in ((30, True), (-30, True), (61, False), (-61, False)):
        assert (matching_step(SECRET, code, now + timedelta(seconds=seconds)) == step) is matches
    for typed in ("", "000000 0", "１２３４５６", code[:5], "không phải mã"):
        assert matching_step(SECRET, typed, now) is None


def test_rfc_6238_appendix_b() -> None:
    """The test vector for SHA-1 at 59 seconds, of its last six digits."""
    assert matching_step("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "287082", datetime.fromtimestamp(59, UTC)) == 1


def test_a_code_is_used_once_and_an_earlier_one_never(storage: Storage) -> None:
    """The time step of the last one is remembered; the next step is taken."""
    account = add_account(storage)
    with_factor(storage, SECRETS, account)
    assert _try(storage, account.id, 100) is True
    assert _try(storage, account.id, 100) is False
    assert _try(storage, account.id, 99) is False
    assert _try(storage, account.id, 101) is True
    assert storage.read_sync(sealed_secret, account.id) == "s"  # under the newest key


def test_tries_are_few_and_come_back(storage: Storage, clock: FakeClock) -> None:
    """Then even a right code waits; in another window it is taken."""
    account = add_account(storage)
    with_factor(storage, SECRETS, account)
    assert [_try(storage, account.id) for _ in range(TRIES)] == [False] * TRIES
    wait = _try(storage, account.id, 100)
    assert 0 < wait <= TRIES_WINDOW.total_seconds()
    clock.advance(int(wait))
    assert _try(storage, account.id, 100) is True


def test_a_recovery_code_is_used_once_and_by_its_owner(storage: Storage) -> None:
    """Ten of them, stored as hashes that say nothing."""
    account, other = add_account(storage), add_account(storage)
    codes = with_factor(storage, SECRETS, account)
    with_factor(storage, SECRETS, other)
    assert len(set(codes)) == RECOVERY_CODES
    assert _try(storage, other.id, code=codes[0]) is False
    assert _try(storage, account.id, code=f" {codes[0]}\n") is True
    assert _try(storage, account.id, code=codes[0]) is False
    assert storage.read_sync(count_recovery_codes, account.id) == RECOVERY_CODES - 1
    fresh = new_recovery_codes()
    hashes = tuple(recovery_hash(account.id, code) for code in fresh)
    assert storage.write_sync(renew_codes, RenewCodes(account_id=account.id, code_hashes=hashes))
    assert _try(storage, account.id, code=codes[1]) is False
    assert _try(storage, account.id, code=fresh[1]) is True


def test_turning_it_on_ends_sessions_without_it(storage: Storage) -> None:
    """Once; a second secret is refused while one is on."""
    account = add_account(storage)
    token = open_token(storage, account)
    with_factor(storage, SECRETS, account)
    assert storage.read_sync(find_session, token) is None
    assert storage.read_sync(find_account, account.id).has_second_factor
    with pytest.raises(Conflict, match="factor_is_on"):
        with_factor(storage, SECRETS, account)


def test_an_admin_takes_it_off_and_sessions_end(storage: Storage) -> None:
    """Its codes are gone with it; off already, nothing changes and nothing is written down."""
    account = add_account(storage)
    codes = with_factor(storage, SECRETS, account)
    open_token(storage, account)
    for _ in range(2):
        off = storage.write_sync(disable_factor, DisableFactor(account_id=account.id, actor=BOSS))
        assert not off.has_second_factor
    assert storage.read_sync(list_sessions, account.id) == ()
    assert _try(storage, account.id, code=codes[0]) is False
    entries = storage.read_sync(read_entries, EntriesQuery(size=20, subject=("account", str(account.id))))
    found = [(entry.action, entry.actor) for entry in entries if "factor" in entry.action]
    assert found == [("account.factor_disabled", "boss"), ("account.factor_enabled", str(account.id))]
    renewal = RenewCodes(account_id=account.id, code_hashes=("h",))
    assert not storage.write_sync(renew_codes, renewal)


def test_a_secret_has_160_random_bits() -> None:
    """As RFC 4226 asks for."""
    assert len({new_secret() for _ in range(20)}) == 20
    assert all(len(new_secret()) == 32 for _ in range(20))
