"""The newest comments of a site and of a section: which, in which order, at which cost."""

import pytest
from sqlalchemy import create_engine

from comment_factory import OTHER_PAGE, PAGE, approved, move, post
from engagement_widgets.comments import recent
from engagement_widgets.comments.recent import MOST_RECENT, RecentQuery, parse_recent, recent_comments
from engagement_widgets.comments.recent_views import WORDS
from engagement_widgets.comments.service import Status
from engagement_widgets.errors import Invalid
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from statements import statements


def test_the_newest_lead_replies_among_them(storage: Storage, clock: FakeClock) -> None:
    """Of every page, or of a section's, or of the pages without one; what waits or was hidden is not among them."""
    root = approved(storage, name="Lê Khuê", body="Chỗ này đông quá", is_staff=True)
    clock.advance(60)
    other = approved(storage, page=OTHER_PAGE)
    clock.advance(60)
    reply = approved(storage, parent=root)
    post(storage)
    move(storage, approved(storage), Status.SPAM)

    found = storage.read_sync(recent_comments, RecentQuery(section=None, limit=10))
    assert [comment.id for comment in found] == [reply, other, root]
    assert (found[-1].author, found[-1].words, found[-1].is_staff) == ("Lê Khuê", "Chỗ này đông quá", True)
    assert (found[-1].page, found[1].page) == (PAGE, OTHER_PAGE)

    def ids(section: str | None, limit: int = 10) -> list[object]:
        query = RecentQuery(section=section, limit=limit)
        return [comment.id for comment in storage.read_sync(recent_comments, query)]

    assert ids(None, limit=2) == [reply, other]
    assert (ids(PAGE.section), ids(""), ids("the-thao")) == ([reply, root], [other], [])


def test_the_words_are_the_first_on_one_line(storage: Storage) -> None:
    """A long text is cut at a word, and says so."""
    approved(storage, body="Một hai\nba bốn " * 60)
    (comment,) = storage.read_sync(recent_comments, RecentQuery())
    assert comment.words.startswith("Một hai ba bốn Một")
    assert comment.words.endswith("…")
    assert len(comment.words) <= WORDS + 1
    assert comment.body_html.startswith("<p>Một hai<br>ba bốn")


@pytest.mark.parametrize(
    ("section", "limit", "errors"),
    [
        (None, 0, {("limit", "out_of_range")}),
        (None, MOST_RECENT + 1, {("limit", "out_of_range")}),
        ("a" * 256, "x", {("section", "too_long"), ("limit", "wrong_type")}),
        (7, True, {("section", "wrong_type"), ("limit", "wrong_type")}),
    ],
)
def test_what_cannot_be_is_named(section: object, limit: object, errors: set[tuple[str, str]]) -> None:
    """Every wrong part at once."""
    with pytest.raises(Invalid) as refused:
        parse_recent(section=section, limit=limit)
    assert {(error.field, error.code) for error in refused.value.errors} == errors


def test_it_costs_one_statement(storage: Storage) -> None:
    """With their pages, however many."""
    for page in (PAGE, OTHER_PAGE, PAGE):
        approved(storage, page=page)
    with statements() as sent:
        storage.read_sync(recent_comments, RecentQuery())
    assert len([one for one in sent if "engagement_" in one]) == 1


def test_each_walk_is_led_by_its_index(sqlite_url: str) -> None:
    """SQLite searches the index made for it and sorts nothing."""
    engine = create_engine(sqlite_url)
    with engine.connect() as connection:
        for index, statement in (("queue", recent._OF_SITE), ("section", recent._OF_SECTION["sqlite"])):
            sql = str(statement.compile(engine))
            explained = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (None,) * sql.count("?"))
            plan = [row.detail for row in explained]
            assert f"USING INDEX ix_engagement_comments_{index}" in plan[0], plan
            assert not any("TEMP B-TREE" in line or line.startswith("SCAN") for line in plan), plan
    engine.dispose()
