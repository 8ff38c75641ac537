"""One row a vote and five integers a page; the integers change in the vote's own transaction."""

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Integer, SmallInteger, String, Table

from engagement_widgets.storage.schema import Moment, id_column, metadata, site_column

votes = Table(
    "engagement_rating_votes",
    metadata,
    site_column(),
    id_column("page_id"),
    Column("voter", String(260), primary_key=True),
    Column("score", SmallInteger, CheckConstraint("score BETWEEN 1 AND 5", name="score"), nullable=False),
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
