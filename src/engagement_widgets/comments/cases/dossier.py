"""A case as a document that can be proved later: everything it keeps, and a fingerprint of it all in the journal."""

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from engagement_widgets.comments.cases.evidence import fingerprint
from engagement_widgets.comments.cases.reading import CaseFile, CaseView, EvidenceView, one_section, require_case
from engagement_widgets.hooks import DeskUser
from engagement_widgets.journal.service import Record, record
from engagement_widgets.storage.units import Tx

DRAWN_UP = "case.dossier"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawUp:
    """Write down that a dossier is drawn up."""

    case_id: UUID
    actor: DeskUser


def text_sha256(kept: EvidenceView) -> str:
    """SHA-256 of a comment's text as it was, in UTF-8: what anybody can count again from the printed words."""
    return hashlib.sha256(str(kept.values["body"]).encode()).hexdigest()


def dossier_sha256(file: CaseFile) -> str:
    """SHA-256 of the whole: of the case's fields and the fingerprints of its evidence, as `evidence.fingerprint`."""
    return fingerprint({"case": _plain(file.case), "evidence": [kept.sha256 for kept in file.evidence]})


def draw_up(tx: Tx, command: DrawUp) -> str:
    """Write the fingerprint of the case as it stands into the journal, and answer it.

    Raises:
        NotFound: `unknown_case`.
        Refused: `section_required`.
    """
    file = require_case(tx, command.case_id, command.actor)
    whole = dossier_sha256(file)
    deed = Record(
        actor=command.actor,
        action=DRAWN_UP,
        subject_kind="case",
        subject_id=file.case.number,
        after={"sha256": whole},
        section=one_section(file.sections),
    )
    record(tx, deed)
    return whole


def _plain(case: CaseView) -> dict[str, Any]:
    moments = {"opened_at": case.opened_at, "due_at": case.due_at, "decided_at": case.decided_at}
    return {
        "number": case.number,
        "status": case.status.value,
        "name": case.name,
        "email": case.email,
        "phone": case.phone,
        "channel": case.channel.value,
        "recorded_by": case.recorded_by,
        "statement": case.statement,
        "decided_by": case.decided_by,
        "note": case.note,
        **{name: None if at is None else at.isoformat() for name, at in moments.items()},
    }
