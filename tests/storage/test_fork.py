"""Forks: a child starts anew, and its parent goes on as if nothing had happened."""

import os
import traceback

import pytest

from engagement_widgets.errors import Unavailable
from engagement_widgets.storage.units import Storage
from page_units import add, keys


def _child(storage: Storage) -> None:
    with pytest.raises(Unavailable, match="not_booted"):
        storage.read_sync(keys, None)
    storage.boot()
    for number in range(20):
        storage.write_sync(add, f"child-{number}")
    storage.close()


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_parent_and_child_both_write_after_a_fork(storage: Storage) -> None:
    """The child boots its own connections and threads; the parent opens its own again; no write is lost."""
    storage.write_sync(add, "before")
    storage.before_fork()
    if (pid := os.fork()) == 0:
        try:
            storage.after_fork_in_child()
            _child(storage)
        except BaseException:  # noqa: BLE001  # the child must end here, whatever happens
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    storage.after_fork_in_parent()
    for number in range(20):
        storage.write_sync(add, f"parent-{number}")
    assert os.waitpid(pid, 0)[1] == 0
    assert len(storage.read_sync(keys, None)) == 41


def test_a_fork_before_the_boot_boots_nothing(storage: Storage) -> None:
    """What was closed stays closed."""
    storage.close()
    storage.before_fork()
    storage.after_fork_in_parent()
    with pytest.raises(Unavailable, match="not_booted"):
        storage.read_sync(keys, None)
