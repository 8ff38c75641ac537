"""What a comment was when notice of it came: a copy that nothing changes, and its fingerprint."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from engagement_widgets.comments.tables import comments
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A copy of a comment as plain values, and the SHA-256 of its canonical JSON."""

    values: Mapping[str, Any]
    sha256: str


# Without the author's e-mail address: the copy outlives an erasure, and says what was published.
_COMMENT = (
    select(
        comments.c.id,
        comments.c.page_id,
        pages.c.key.label("page_key"),
        pages.c.url.label("page_url"),
        pages.c.title.label("page_title"),
        comments.c.parent_id,
        comments.c.reply_to_id,
        comments.c.status,
        comments.c.version,
        comments.c.author_name,
        comments.c.reader,
        comments.c.is_staff,
        comments.c.body,
        comments.c.submitted_at,
        comments.c.decided_at,
        comments.c.decided_by,
        comments.c.likes,
    )
    .join(pages, and_(pages.c.site_id == comments.c.site_id, pages.c.id == comments.c.page_id))
    .where(comments.c.site_id == bindparam("site"), comments.c.id == bindparam("comment"))
)


def take_evidence(tx: Tx, comment_id: UUID) -> Evidence:
    """Copy a comment as it stands in this transaction."""
    row = tx.execute(_COMMENT, {"site": tx.site, "comment": comment_id}).mappings().one()
    values = {name: _plain(value) for name, value in row.items()} | {"copied_at": tx.now.isoformat()}
    return Evidence(values=values, sha256=fingerprint(values))


def fingerprint(values: Mapping[str, Any]) -> str:
    """SHA-256 of the values as JSON in UTF-8, with sorted names, no blanks and no escapes that JSON does not need."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value
