"""Keeping the index: one call for whoever stores or changes a name or text, and the proof that it is whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Integer, Text, and_, bindparam, cast, select

from engagement_widgets.comments.search.tables import Words, comment_words
from engagement_widgets.comments.search.words import Word, indexed
from engagement_widgets.comments.tables import comments
from engagement_widgets.storage.prepared import Prepared
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert


def _put(insert: Any) -> Any:  # noqa: ANN401  (two dialects' own insert constructs)
    statement = insert(comment_words)
    return statement.on_conflict_do_update(
        index_elements=[comment_words.c.site_id, comment_words.c.comment_id],
        set_={"folded": statement.excluded.folded, "exact": statement.excluded.exact},
    )


_PUT = Prepared(Upsert(_put))


def index_comment(tx: Tx, comment_id: UUID, words: Sequence[Word]) -> None:
    """Let a comment be found by the words of its name and text, cut by `indexed`, and no longer by others.

    Called in the transaction that stores, edits, masks or empties it. One whose row is deleted takes its words along.
    """
    tx.execute(_PUT, {"site_id": tx.site, "comment_id": comment_id, **_columns(words)})


def _columns(words: Sequence[Word]) -> dict[str, tuple[str, ...]]:
    return {"folded": tuple(word.folded for word in words), "exact": tuple(word.exact for word in words)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIndex:
    """Compare the words of `size` comments after an id with their texts; with `repair` the wrong ones are written."""

    after: UUID | None = None
    size: int = 500
    repair: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexChecked:
    """Comments that the index did not hold as they are. `next_after` is where to go on, None at the end."""

    wrong: tuple[UUID, ...]
    next_after: UUID | None


_TEXTS = (
    select(
        comments.c.id,
        comments.c.author_name,
        comments.c.body,
        cast(comment_words.c.folded, Text).label("folded"),
        cast(comment_words.c.exact, Text).label("exact"),
    )
    .select_from(comments)
    .outerjoin(
        comment_words,
        and_(comment_words.c.site_id == comments.c.site_id, comment_words.c.comment_id == comments.c.id),
    )
    .where(comments.c.site_id == bindparam("site"), comments.c.id > bindparam("after"))
    .order_by(comments.c.id)
    .limit(bindparam("size", type_=Integer()))
)
_FIRST: Final = UUID(int=0)
# As the database gives them back: PostgreSQL keeps words sorted.
_AS_KEPT = select(
    *(cast(cast(bindparam(name, type_=Words()), Words), Text).label(name) for name in ("folded", "exact"))
)


def check_index(tx: Tx, command: CheckIndex) -> IndexChecked:
    """Compare some of the site's comments with what the index holds of them; a repair needs a write transaction."""
    rows = tx.execute(_TEXTS, {"site": tx.site, "after": command.after or _FIRST, "size": command.size}).all()
    wrong = tuple(row for row in rows if (row.folded, row.exact) != _kept(tx, row))
    if command.repair:
        for row in wrong:
            index_comment(tx, row.id, indexed(row.author_name, row.body))
    is_full = len(rows) == command.size
    return IndexChecked(wrong=tuple(row.id for row in wrong), next_after=rows[-1].id if is_full else None)


def _kept(tx: Tx, row: Any) -> tuple[str, str]:  # noqa: ANN401  (a row of `_TEXTS`)
    kept = tx.execute(_AS_KEPT, _columns(indexed(row.author_name, row.body))).one()
    return kept.folded, kept.exact
