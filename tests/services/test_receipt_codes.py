"""Looking a receipt up by its code: at which cost, and how often."""

from datetime import timedelta

from comment_factory import post
from engagement_widgets.comments.receipt_codes import (
    SLOT,
    TRIES_OF_ADDRESS,
    TRIES_OF_SITE,
    TRIES_WINDOW,
    LookUp,
    find_proven,
    look_up,
    parse_receipt_code,
    receipt_code,
)
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock

SECRETS = Secrets(["k" * 32])


def test_only_comments_of_that_time_are_looked_at(storage: Storage, clock: FakeClock) -> None:
    """Among comments of a month the code leads to its own slot and to the one comment in it that it proves."""
    every = []
    for _ in range(30):
        every.append(post(storage).comment_id)
        clock.advance(timedelta(hours=23, minutes=59))
    for number, comment_id in enumerate(every[1:]):  # the first is older than a receipt lives
        typed = parse_receipt_code(receipt_code(SECRETS, comment_id))
        looked = storage.write_sync(look_up, LookUp(slot=typed.slot, address_hash=f"a{number}"))
        assert looked.ids == (comment_id,)
        assert find_proven(SECRETS, looked.ids, typed.proof) == comment_id
    assert timedelta(minutes=5) > SLOT


def test_a_site_takes_so_many_tries_whoever_makes_them(storage: Storage, clock: FakeClock) -> None:
    """From however many addresses: then everybody waits until the window is over; each address has its own limit."""

    def tries(address: str) -> int | None:
        return storage.write_sync(look_up, LookUp(slot=7, address_hash=address)).wait

    for number in range(TRIES_OF_SITE):
        assert tries(f"address {number // TRIES_OF_ADDRESS}") is None
    assert 0 < (tries("another") or 0) <= TRIES_WINDOW.total_seconds()
    clock.advance(TRIES_WINDOW)
    assert [tries("one") is None for _ in range(TRIES_OF_ADDRESS + 1)] == [*[True] * TRIES_OF_ADDRESS, False]
    assert tries("another") is None
