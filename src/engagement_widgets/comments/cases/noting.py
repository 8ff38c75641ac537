"""Private notes (*ghi chú nội bộ*) about a case: they stay in the journal, like all that was done about it."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from engagement_widgets.comments.cases.reading import one_section, require_case
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.service import Record, record
from engagement_widgets.kernel.text import TextField
from engagement_widgets.storage.units import Tx

REMARK: Final = TextField("remark", minimum=1, maximum=500, max_bytes=2048, multiline=True)
NOTED: Final = "case.noted"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCase:
    """A note about a case, open or decided; `text` is parsed by `REMARK`."""

    case_id: UUID
    text: str
    actor: DeskUser


def note_case(tx: Tx, command: NoteCase) -> None:
    """Keep a note that colleagues read on the page of the case; its dossier leaves it out.

    Raises:
        NotFound: `unknown_case`.
        Refused: `section_required`.
    """
    file = require_case(tx, command.case_id, command.actor)
    deed = Record(
        actor=command.actor,
        action=NOTED,
        subject_kind="case",
        subject_id=file.case.number,
        why=command.text,
        section=one_section(file.sections),
    )
    record(tx, deed)
