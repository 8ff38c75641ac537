"""Search: the words of every comment, folded by our own code; FTS5 on SQLite, GIN on PostgreSQL."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from engagement_widgets.comments.search.words import indexed

revision = "0009"
down_revision = "0008"

SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql")
CHUNK = 500

_TABLE = "engagement_comment_words"
_FTS = "engagement_comment_fts"
_NEW = f"INSERT INTO {_FTS} (rowid, folded, exact) VALUES (new.seq, new.folded, new.exact);"
_OLD = f"INSERT INTO {_FTS} ({_FTS}, rowid, folded, exact) VALUES ('delete', old.seq, old.folded, old.exact);"
# A token is what stands between blanks: this tokenizer leaves every letter outside ASCII as it is. Nothing ranks by
# the length of a text, so no lengths are kept.
_OPTIONS = f"content='{_TABLE}', content_rowid='seq', tokenize='ascii', columnsize=0"
_FTS5 = (
    f"CREATE VIRTUAL TABLE {_FTS} USING fts5(folded, exact, {_OPTIONS})",
    f"CREATE TRIGGER {_FTS}_insert AFTER INSERT ON {_TABLE} BEGIN {_NEW} END",
    f"CREATE TRIGGER {_FTS}_delete AFTER DELETE ON {_TABLE} BEGIN {_OLD} END",
    f"CREATE TRIGGER {_FTS}_update AFTER UPDATE OF folded, exact ON {_TABLE} BEGIN {_OLD} {_NEW} END",
)
# Read as they are asked for: a site's comments need not fit into memory.
_TEXTS = sa.text(
    "SELECT site_id, id, author_name, body FROM engagement_comments ORDER BY submitted_at, site_id, id"
).execution_options(yield_per=CHUNK)
_INSERT = f"INSERT INTO {_TABLE} (site_id, comment_id, folded, exact) VALUES (:site_id, :comment_id, "
# How a row is written, and a word in it.
_FILL = {
    "sqlite": (f"{_INSERT}:folded, :exact)", "{word}"),
    "postgresql": (f"{_INSERT}CAST(:folded AS tsvector), CAST(:exact AS tsvector))", "'{word}':{place}"),
}


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("seq", SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("folded", WORDS, nullable=False),
        sa.Column("exact", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=f"pk_{_TABLE}"),
        sa.UniqueConstraint("site_id", "comment_id", name=f"uq_{_TABLE}_site_id_comment_id"),
        sa.ForeignKeyConstraint(
            ["site_id", "comment_id"],
            ["engagement_comments.site_id", "engagement_comments.id"],
            name=f"fk_{_TABLE}_site_id_comment_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_engagement_comments_email",
        "engagement_comments",
        ["site_id", "author_email"],
        sqlite_where=sa.text("author_email IS NOT NULL"),
        postgresql_where=sa.text("author_email IS NOT NULL"),
    )
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        for statement in _FTS5:
            op.execute(statement)
    _fill(*_FILL[dialect])
    if dialect == "sqlite":
        return
    for column in ("folded", "exact"):
        # New words are gathered before they are sorted in, which makes a post twice as cheap; but not so many of
        # them (kB) that reading through them would show in a search.
        op.create_index(
            f"ix_{_TABLE}_{column}",
            _TABLE,
            [column],
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": 512},
        )


def _fill(insert: str, notation: str) -> None:
    """Write the words of every comment there is, in the order they came, a chunk at a time."""
    connection = op.get_bind()
    statement = sa.text(insert)
    for rows in connection.execute(_TEXTS).partitions():
        connection.execute(statement, [_row(row, notation) for row in rows])


def _row(row: "sa.Row[tuple[object, ...]]", notation: str) -> dict[str, object]:
    words = indexed(row.author_name, row.body)
    return {
        "site_id": row.site_id,
        "comment_id": row.id,
        "folded": _written([word.folded for word in words], notation),
        "exact": _written([word.exact for word in words], notation),
    }


def _written(words: list[str], notation: str) -> str:
    return " ".join(notation.format(word=word, place=place) for place, word in enumerate(words, 1))
