"""Challenges that wait for an answer, as keyed hashes, never as the answer; and who answered wrongly of late."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Uuid

from engagement_widgets.storage.schema import Moment, id_column, metadata, site_column

challenges = Table(
    "engagement_challenges",
    metadata,
    site_column(),
    id_column(),
    Column("purpose", String(32), nullable=False),
    Column("page_id", Uuid(), nullable=False),
    Column("answer_hashes", String(256), nullable=False),  # of the right code, and of each swap that is accepted
    Column("spoken_hash", String(32)),  # of the recording's digits, where one was asked for
    Column("bound_to", String(64)),  # hash of the client that alone may answer, where the site wants that
    Column("work_bits", Integer, nullable=False, default=0),  # of the proof of work that was asked for
    Column("picture", LargeBinary),  # emptied when the challenge is spent
    Column("issued_at", Moment(), nullable=False),
    Column("expires_at", Moment(), nullable=False),
    Column("spent_at", Moment()),
    Index(None, "site_id", "expires_at"),
)

recordings = Table(
    "engagement_captcha_recordings",
    metadata,
    site_column(),
    Column("challenge_id", Uuid(), primary_key=True),  # of a challenge of any age: gone when that is spent
    Column("address", String(64), nullable=False),  # hash of where it was asked for, so that none keeps others' out
    Column("wav", LargeBinary, nullable=False),
    Column("expires_at", Moment(), nullable=False),
    Index(None, "site_id", "expires_at"),
    Index(None, "site_id", "address"),
)

failures = Table(
    "engagement_captcha_failures",
    metadata,
    site_column(),
    Column("client", String(80), primary_key=True),  # a hash, of a reader or of an address
    Column("failures", Integer, nullable=False),
    Column("since", Moment(), nullable=False),
    Column("cool_until", Moment()),
    Column("last_at", Moment(), nullable=False),
    Index(None, "site_id", "last_at"),
)
