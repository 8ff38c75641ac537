"""The words of every comment, written in the transaction of the comment itself.

On PostgreSQL they are `tsvector`s with a GIN index each. On SQLite they are texts that an FTS5 table refers to and
three triggers bring along: whoever writes a row here, the index follows. The migration makes both.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    ForeignKeyConstraint,
    Integer,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.types import TypeEngine

from engagement_widgets.storage.schema import metadata


class Words(TypeDecorator[Sequence[str]]):
    """Words in their order: a `tsvector` on PostgreSQL, text with blanks between them on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The dialect's own type."""
        if dialect.name != "postgresql":
            return dialect.type_descriptor(Text())
        from sqlalchemy.dialects.postgresql import TSVECTOR

        return dialect.type_descriptor(TSVECTOR())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str | None:
        """The type's own notation. Words are letters, marks and digits: nothing in them needs an escape."""
        if value is None:
            return None
        if dialect.name != "postgresql":
            return " ".join(value)
        return " ".join(f"'{word}':{place}" for place, word in enumerate(value, 1))


comment_words = Table(
    "engagement_comment_words",
    metadata,
    # The order in which comments came: the newest are found first.
    Column("seq", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("site_id", String(64), nullable=False),
    Column("comment_id", Uuid(), nullable=False),
    Column("folded", Words(), nullable=False),
    Column("exact", Words(), nullable=False),
    UniqueConstraint("site_id", "comment_id"),
    ForeignKeyConstraint(
        ["site_id", "comment_id"], ["engagement_comments.site_id", "engagement_comments.id"], ondelete="CASCADE"
    ),
)
