"""A page of the queue: its comments in order, the share of those sent without a code, and what stands for a group."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engagement_widgets.comments.queue.filters import QueueSort
from engagement_widgets.comments.queue.items import queue_items
from engagement_widgets.comments.queue.views import QueueItem
from engagement_widgets.comments.queue.walking import Part, QueueKey, QueueQuery, QueueSpot, find_horizon, find_keys
from engagement_widgets.storage.units import Tx

LANE_SHARE: Final = 5
"""Of so many cards in a row one at least is from the lane "Gửi không cần mã", while one waits there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """One page of the queue; `next` is the spot the following page comes after, None on the last.

    A page with fewer comments than asked and a `next` has looked at as many as a page may.
    """

    items: tuple[QueueItem, ...]
    next: QueueSpot | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Keys of a page in their order, and the spot after the last of them; `more`: some of those given are left."""

    keys: tuple[QueueKey, ...]
    spot: QueueSpot
    more: bool


def queue(tx: Tx, query: QueueQuery) -> QueuePage:
    """One page of the queue."""
    after = query.after or QueueSpot()
    horizon = find_horizon(tx, query)
    if query.is_arranged:
        lane = find_keys(tx, query, Part.LANE, after.lane, horizon=horizon)
        others = find_keys(tx, query, Part.OTHERS, after.last, horizon=horizon)
    else:
        lane, others = [], find_keys(tx, query, Part.WHOLE, after.last, horizon=horizon)
    merged = merge(lane, others, after, size=query.size, descends=query.sort is QueueSort.NEWEST)
    following = merged.spot if merged.more else None
    if following is None and horizon is not None:
        furthest = max if query.sort is not QueueSort.NEWEST else min
        lane_at = horizon if merged.spot.lane is None else furthest(horizon, merged.spot.lane)
        following = QueueSpot(last=horizon, lane=lane_at, run=merged.spot.run)
    return QueuePage(items=queue_items(tx, [identity for *_, identity in merged.keys]), next=following)


def merge(
    lane: Sequence[QueueKey], others: Sequence[QueueKey], after: QueueSpot, *, size: int, descends: bool
) -> Merged:
    """Both walks as one: whichever comes first in the order, but one of the lane at the latest after four others.

    Each walk goes on after its own last key, so that a comment is neither lost nor shown twice, wherever a page ends.
    """
    keys: list[QueueKey] = []
    taken = [0, 0]
    run = after.run
    while len(keys) < size and (taken[0] < len(lane) or taken[1] < len(others)):
        head, other = lane[taken[0] : taken[0] + 1], others[taken[1] : taken[1] + 1]
        is_due = bool(head) and (not other or run >= LANE_SHARE - 1 or (head[0] < other[0]) is not descends)
        keys += head if is_due else other
        taken[0 if is_due else 1] += 1
        run = 0 if is_due else min(run + 1, LANE_SHARE - 1)
    spot = QueueSpot(
        lane=lane[taken[0] - 1] if taken[0] else after.lane,
        last=others[taken[1] - 1] if taken[1] else after.last,
        run=run,
    )
    return Merged(keys=tuple(keys), spot=spot, more=taken[0] < len(lane) or taken[1] < len(others))
