"""One row a vote; five integers a page and what the ranking reads, which change in the vote's own transaction."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
    text,
)

from engagement_widgets.storage.schema import Json, Moment, id_column, metadata, site_column

VOTE_FACTS = ("score", "day", "created_at", "updated_at", "counted", "deed_id", "is_new", "note")
"""What a vote is, but for its page and reader."""

votes = Table(
    "engagement_rating_votes",
    metadata,
    site_column(),
    id_column("page_id"),
    Column("voter", String(260), primary_key=True),
    Column("score", SmallInteger, nullable=False),
    Column("day", Date, nullable=False),  # of the first vote, in the site's zone: it says which week and month count it
    Column("created_at", Moment(), nullable=False),
    Column("updated_at", Moment(), nullable=False),
    Column("counted", Boolean, nullable=False),  # False: left out by an editor; the integers know counted votes only
    Column("deed_id", Uuid()),  # the journal entry that last left it out or took it in
    Column("is_new", Boolean, nullable=False),  # the reader's first write at this site: the cookie came with it
    Column("note", Text),  # private words to the editors after a low score
    CheckConstraint("score BETWEEN 1 AND 5", name="score"),
    ForeignKeyConstraint(["site_id", "page_id"], ["engagement_pages.site_id", "engagement_pages.id"]),
)

# What a merge of pages has moved or dropped, as it was, for as long as that can be undone.
merged_votes = Table(
    "engagement_rating_merged_votes",
    metadata,
    site_column(),
    id_column("merge_id"),
    id_column("page_id"),  # where it was given
    Column("voter", String(260), primary_key=True),
    Column("fate", String(8), nullable=False),  # `merging.Fate`
    *(Column(name, votes.c[name].type, nullable=votes.c[name].nullable) for name in VOTE_FACTS),
    Column("until", Moment(), nullable=False),
    Index(None, "site_id", "until"),
)

totals = Table(
    "engagement_rating_totals",
    metadata,
    site_column(),
    id_column("page_id"),
    *(Column(f"score_{score}", Integer, nullable=False) for score in range(1, 6)),
    *(CheckConstraint(f"score_{score} >= 0", name=f"score_{score}") for score in range(1, 6)),
    Column("version", Integer, nullable=False),  # of what editors decided; votes do not change it
    Column("frozen", Boolean, nullable=False),
    Column("reset_at", Moment()),
    Column("first_rated_at", Moment(), nullable=False),
    Column("rated_at", Moment(), nullable=False),
    Column("recent", Json, nullable=False),  # the last minutes, as `watch` keeps them
    Column("flagged_at", Moment()),
    Column("flag", Json),
    ForeignKeyConstraint(["site_id", "page_id"], ["engagement_pages.site_id", "engagement_pages.id"]),
    Index(None, "site_id", "rated_at", "page_id"),
)

Index(
    None,
    totals.c.site_id,
    totals.c.flagged_at,
    sqlite_where=text("flagged_at IS NOT NULL"),
    postgresql_where=text("flagged_at IS NOT NULL"),
)

tallies = Table(
    "engagement_rating_tallies",
    metadata,
    site_column(),
    id_column("page_id"),
    Column("period", String(11), primary_key=True),
    Column("section", String(255), nullable=False),  # the page's, so that the ranking of a section has an index
    Column("votes", Integer, nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("magnitude", SmallInteger, nullable=False),  # of `votes`, see `tallies.measured`
    Column("mean", Integer, nullable=False),  # in millionths
    ForeignKeyConstraint(["site_id", "page_id"], ["engagement_pages.site_id", "engagement_pages.id"]),
    Index("ix_engagement_rating_tallies_site", "site_id", "period", "magnitude", "mean"),
    Index("ix_engagement_rating_tallies_section", "site_id", "period", "section", "magnitude", "mean"),
)

site_counts = Table(
    "engagement_rating_site_counts",
    metadata,
    site_column(),
    Column("score", SmallInteger, primary_key=True, autoincrement=False),
    Column("votes", Integer, nullable=False),
)
