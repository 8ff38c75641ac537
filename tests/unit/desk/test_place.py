"""Where somebody is in the queue, as an address."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from engagement_widgets.comments.service import Sort, Status
from engagement_widgets.desk.place import VIEWS, Place, read_place, view_of
from engagement_widgets.errors import Malformed
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.web.urls import Urls

SECRETS = Secrets(["k" * 32])
URLS = Urls("/engagement")
KEY = (datetime(2026, 7, 1, 2, 0, tzinfo=UTC), UUID(int=7))


def test_every_view_opens_with_the_longest_waiting_or_the_latest_first() -> None:
    """What waits is worked off from the oldest; elsewhere the latest is wanted."""
    assert view_of(Status.PENDING).sort is Sort.OLDEST
    assert {view_of(view).sort for view in VIEWS if view is not Status.PENDING} == {Sort.NEWEST}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST])
def test_an_address_says_what_it_was_made_from(view: Status | None, sort: Sort) -> None:
    """Written and read back, a place is the same place, its cursor included."""
    place = Place(status=view, sort=sort).after(SECRETS, KEY)
    query = dict(pair.split("=", 1) for pair in place.address(URLS).partition("?")[2].split("&"))
    again = read_place(query)
    assert again == place
    assert again.query(SECRETS).after == KEY


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
    for place in (Place(status=Status.SPAM, sort=Sort.OLDEST, cursor=cursor), Place(sort=Sort.NEWEST, cursor=cursor)):
        with pytest.raises(Malformed, match="bad_cursor"):
            place.query(SECRETS)


def test_a_forged_cursor_is_refused() -> None:
    """Cursors are signed."""
    with pytest.raises(Malformed, match="bad_cursor"):
        Place(cursor="eyJhIjoxfQ.forged").query(SECRETS)
