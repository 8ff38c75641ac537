"""Small units for tests of the storage itself: pages that are added, listed and touched."""

from sqlalchemy import insert, select

from engagement_widgets.events import LinksChanged
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.units import Tx

_INSERT = insert(pages)
_KEYS = select(pages.c.key).order_by(pages.c.key)


def add(tx: Tx, key: str) -> str:
    """Add a page and return its key."""
    tx.execute(
        _INSERT,
        {
            "site_id": tx.site,
            "id": tx.new_id(),
            "key": key,
            "url": "/",
            "title": key,
            "section": "",
            "created_at": tx.now,
        },
    )
    return key


def add_and_touch(tx: Tx, key: str) -> str:
    """Add a page and announce its key as changed."""
    tx.touch(key)
    return add(tx, key)


def touch(tx: Tx, topic: str) -> None:
    """Announce a topic as changed."""
    tx.touch(topic)


def emit(tx: Tx, command: None) -> str:
    """Emit an event and return its id."""
    del command
    event = LinksChanged(**tx.event_fields())
    tx.emit(event)
    return str(event.id)


def keys(tx: Tx, command: None) -> list[str]:
    """Return the keys of all pages."""
    del command
    return list(tx.execute(_KEYS).scalars())
