"""The figures of the ranking are made from the votes that are there when a database is brought to this release."""

from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import create_engine, select, text

from engagement_widgets.ratings.recount import Recount, recount, recount_site
from engagement_widgets.ratings.state import find_state
from engagement_widgets.ratings.tables import votes
from engagement_widgets.ratings.watch import Watch
from engagement_widgets.storage import migrate
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock

BEFORE = "0001"
PAGE = UUID(int=7)
VOTES = {
    # UTC is seven hours behind Hanoi: still the last of June there, the first of July here
    "r:mai": (5, datetime(2026, 6, 30, 17, 0, tzinfo=UTC), date(2026, 7, 1)),
    "r:lan": (4, datetime(2026, 6, 30, 16, 59, tzinfo=UTC), date(2026, 6, 30)),
    "r:an": (1, datetime(2026, 6, 28, 3, 0, tzinfo=UTC), date(2026, 6, 28)),
    "r:ha": (1, datetime(2025, 1, 1, 3, 0, tzinfo=UTC), date(2025, 1, 1)),
}


def _fill(url: str) -> None:
    page = {"id": PAGE.hex, "at": datetime(2025, 1, 1, tzinfo=UTC), "section": "Đời sống"}
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO engagement_pages (site_id, id, key, url, title, section, created_at) "
                "VALUES ('test', :id, 'tin/1', '/tin/1', 'Tin', :section, :at)"
            ),
            page,
        )
        for voter, (score, at, _) in VOTES.items():
            moment = at.replace(tzinfo=None) if engine.dialect.name == "sqlite" else at
            connection.execute(
                text(
                    "INSERT INTO engagement_rating_votes (site_id, page_id, voter, score, created_at, updated_at) "
                    "VALUES ('test', :page, :voter, :score, :at, :at)"
                ),
                {"page": PAGE.hex, "voter": voter, "score": score, "at": moment},
            )
        connection.execute(
            text("INSERT INTO engagement_rating_totals VALUES ('test', :page, 2, 0, 0, 1, 1)"), {"page": PAGE.hex}
        )
    engine.dispose()


def _days(tx: Tx, _: None) -> dict[str, date]:
    return {row.voter: row.day for row in tx.execute(select(votes.c.voter, votes.c.day))}


def test_votes_from_before_are_dated_and_tallied(old_url: str, clock: FakeClock) -> None:
    """Each vote has its day in Vietnam, and no figure differs from what the votes say."""
    _fill(old_url)
    migrate.upgrade(old_url)
    storage = Storage(url=old_url, site="test", clock=clock)
    storage.boot()
    assert storage.read_sync(_days, None) == {voter: day for voter, (_, _, day) in VOTES.items()}
    found = storage.read_sync(recount, Recount())
    assert (found.pages, found.differences, found.tallies) == (1, (), ())
    assert storage.read_sync(recount_site, False) is None
    storage.close()


def test_votes_of_the_first_release_count_after_the_upgrade(old_url: str, clock: FakeClock) -> None:
    """Every vote is counted, its page is open, and the page knows when it was first and last rated."""
    _fill(old_url)
    migrate.upgrade(old_url)
    storage = Storage(url=old_url, site="test", clock=clock)
    storage.boot()
    state = storage.read_sync(find_state, PAGE)
    proof = storage.read_sync(recount, Recount())
    storage.close()

    assert state is not None
    assert (state.frozen, state.version, state.watch) == (False, 0, Watch())
    moments = sorted(at for _, at, _ in VOTES.values())
    assert (state.first_rated_at, state.rated_at) == (moments[0], moments[-1])
    assert (proof.differences, proof.tallies) == ((), ())
