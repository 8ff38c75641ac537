"""Another process on the same database: `python peer.py URL COMMAND [ARGUMENT]…`."""

import os
import signal
import sys
from collections.abc import Callable
from uuid import UUID

from engagement_widgets.events import Event
from engagement_widgets.kernel.clock import SystemClock
from engagement_widgets.storage.outbox import Outbox
from engagement_widgets.storage.units import Storage
from judgement_factory import like
from page_units import add_and_touch, emit


def _die(event: Event) -> None:
    sys.stdout.write(f"{event.id}\n")
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def write(storage: Storage, prefix: str, count: str) -> None:
    """Write one page a unit, waiting for each."""
    for number in range(int(count)):
        storage.write_sync(add_and_touch, f"{prefix}-{number}")


def emit_and_die(storage: Storage) -> None:
    """Commit an event and be killed before anything delivers it."""
    sys.stdout.write(storage.write_sync(emit, None) + "\n")
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def deliver_and_die(storage: Storage) -> None:
    """Be killed in the middle of a delivery."""
    Outbox(storage).deliver_due(_die)


def like_many(storage: Storage, comment_id: str, prefix: str, count: str) -> None:
    """Like a comment as so many readers, one after the other."""
    for number in range(int(count)):
        like(storage, UUID(comment_id), f"r:{prefix}{number}")


_COMMANDS: dict[str, Callable[..., None]] = {
    command.__name__: command for command in (write, emit_and_die, deliver_and_die, like_many)
}

if __name__ == "__main__":
    _url, _command, *_arguments = sys.argv[1:]
    _storage = Storage(url=_url, site="test", clock=SystemClock())
    _storage.boot()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    _COMMANDS[_command](_storage, *_arguments)
    _storage.close()
