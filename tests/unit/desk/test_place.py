"""Where somebody is in the queue, as an address."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl
from uuid import UUID

import pytest

from engagement_widgets.comments.search.finding import Search, Spot, Walk
from engagement_widgets.comments.service import QueueQuery, QueueSort, QueueSpot, Status
from engagement_widgets.desk.place import VIEWS, Place, read_place, view_of
from engagement_widgets.errors import Malformed
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.web.urls import Urls

SECRETS = Secrets(["k" * 32])
URLS = Urls("/engagement")
KEY = QueueSpot(
    last=(0, datetime(2026, 7, 1, 2, 0, tzinfo=UTC), UUID(int=7)),
    lane=(0, datetime(2026, 6, 1, 2, 0, tzinfo=UTC), UUID(int=3)),
    run=2,
)


def test_every_view_opens_with_the_longest_waiting_or_the_latest_first() -> None:
    """What waits is worked off from the oldest; elsewhere the latest is wanted."""
    assert view_of(Status.PENDING).sort is QueueSort.OLDEST
    assert {view_of(view).sort for view in VIEWS if view is not Status.PENDING} == {QueueSort.NEWEST}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("sort", [QueueSort.NEWEST, QueueSort.OLDEST])
def test_an_address_says_what_it_was_made_from(view: Status | None, sort: QueueSort) -> None:
    """Written and read back, a place is the same place, its cursor included."""
    place = Place(status=view, sort=sort).after(SECRETS, KEY)
    query = dict(pair.split("=", 1) for pair in place.address(URLS).partition("?")[2].split("&"))
    again = read_place(query)
    assert again == place
    asked = again.query(SECRETS)
    assert isinstance(asked, QueueQuery)
    assert asked.after == KEY


def test_the_first_page_of_the_queue_has_the_shortest_address() -> None:
    """What a view does by itself is not said."""
    assert view_of(Status.PENDING).address(URLS) == "/engagement/desk/queue"
    assert view_of(Status.SPAM).address(URLS) == "/engagement/desk/queue?view=spam"
    assert view_of(None).address(URLS, "/desk/undo/1") == "/engagement/desk/undo/1?view=all"


@pytest.mark.parametrize("query", [{"view": "nonsense"}, {"view": ""}, {"sort": "sideways"}])
def test_unknown_views_and_orders_are_malformed(query: dict[str, str]) -> None:
    """Nothing is guessed."""
    with pytest.raises(Malformed, match="bad_query"):
        read_place(query)


def test_a_cursor_of_another_view_or_order_is_refused() -> None:
    """Its key would stand somewhere else there."""
    cursor = view_of(Status.PENDING).after(SECRETS, KEY).cursor
    for place in (
        Place(status=Status.SPAM, sort=QueueSort.OLDEST, cursor=cursor),
        Place(sort=QueueSort.NEWEST, cursor=cursor),
    ):
        with pytest.raises(Malformed, match="bad_cursor"):
            place.query(SECRETS)


def test_a_forged_cursor_is_refused() -> None:
    """Cursors are signed."""
    with pytest.raises(Malformed, match="bad_cursor"):
        Place(cursor="eyJhIjoxfQ.forged").query(SECRETS)


def test_a_search_travels_with_its_view_and_its_cursor_is_its_own() -> None:
    """The words stay in the address; a cursor of other words, another view or the plain queue is refused."""
    place = view_of(Status.SPAM).searching("chợ “bến đá”")
    spot = Spot(walk=Walk.FOLDED, before=17)
    following = place.after(SECRETS, spot)
    assert read_place(dict(parse_qsl(following.address(URLS).partition("?")[2]))) == following
    asked = following.query(SECRETS)
    assert isinstance(asked, Search)
    assert (asked.spot, asked.status, len(asked.phrases)) == (spot, Status.SPAM, 2)
    for other in (place.searching("chợ"), view_of(None).searching(place.words), view_of(Status.SPAM)):
        with pytest.raises(Malformed, match="bad_cursor"):
            replace(other, cursor=following.cursor).query(SECRETS)
    with pytest.raises(Malformed, match="bad_cursor"):
        replace(place, cursor=view_of(Status.SPAM).after(SECRETS, KEY).cursor).query(SECRETS)
    assert following.searching("") == view_of(Status.SPAM)
