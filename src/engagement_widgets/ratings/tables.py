"""One row a vote; five integers a page and what the ranking reads, which change in the vote's own transaction."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
)

from engagement_widgets.storage.schema import Moment, id_column, metadata, site_column

votes = Table(
    "engagement_rating_votes",
    metadata,
    site_column(),
    id_column("page_id"),
    Column("voter", String(260), primary_key=True),
    Column("score", SmallInteger, CheckConstraint("score BETWEEN 1 AND 5", name="score"), nullable=False),
    Column("day", Date, nullable=False),  # of the first vote, in the site's zone: it says which week and month count it
    Column("created_at", Moment(), nullable=False),
    Column("updated_at", Moment(), nullable=False),
    ForeignKeyConstraint(["site_id", "page_id"], ["engagement_pages.site_id", "engagement_pages.id"]),
)

totals = Table(
    "engagement_rating_totals",
    metadata,
    site_column(),
    id_column("page_id"),
    *(
        Column(
            f"score_{score}",
            Integer,
            CheckConstraint(f"score_{score} >= 0", name=f"score_{score}"),
            nullable=False,
        )
        for score in range(1, 6)
    ),
    ForeignKeyConstraint(["site_id", "page_id"], ["engagement_pages.site_id", "engagement_pages.id"]),
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
