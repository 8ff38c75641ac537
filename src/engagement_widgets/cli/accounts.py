"""Desk accounts from the shell: the password is made here, shown once and stored as a hash."""

from collections.abc import Sequence
from dataclasses import replace

from engagement_widgets.desk.accounts import PasswordReset, create_account, new_account, reset_password
from engagement_widgets.desk.passwords import hash_password, one_time_password
from engagement_widgets.storage.units import Storage


def new_desk_account(storage: Storage, *, login: str, name: str, role: str, sections: Sequence[str] = ()) -> str:
    """Make an account, limited to these sections if there are any, and return its one-time password.

    Raises:
        Invalid: a login, name or role that cannot be.
        Conflict: `login_taken`.
    """
    command = new_account(login=login, name=name, role=role, sections="\n".join(sections))
    password = one_time_password()
    storage.write_sync(create_account, replace(command, password_hash=hash_password(password)))
    return password


def one_time_password_for(storage: Storage, *, login: str) -> str:
    """Replace the password of an account and return the one-time password.

    Raises:
        NotFound: `unknown_account`.
    """
    password = one_time_password()
    storage.write_sync(reset_password, PasswordReset(login=login, password_hash=hash_password(password)))
    return password
