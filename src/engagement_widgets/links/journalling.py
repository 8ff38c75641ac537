"""What every edit of the links leaves behind: a journal entry, a changed topic, an event."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping

from engagement_widgets.events import LinksChanged
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.service import Record, record
from engagement_widgets.links.commands import LinkFields
from engagement_widgets.storage.units import Tx

TOPIC: Final = "links"


def journalled(row: RowMapping | Mapping[str, Any]) -> dict[str, Any]:
    """A link as the journal keeps it: enough to put it back."""
    kept = {name: row[name] for name in (*LinkFields.__dataclass_fields__, "hidden", "position")}
    return {"group_id": str(row["group_id"]), **kept}


def changed(
    tx: Tx,
    actor: DeskUser,
    action: str,
    kind: str,
    subject: UUID,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write the deed down and tell everybody who shows the links."""
    record(
        tx,
        Record(actor=actor, action=action, subject_kind=kind, subject_id=str(subject), before=before, after=after),
    )
    tx.touch(TOPIC)
    tx.emit(LinksChanged(**tx.event_fields()))
