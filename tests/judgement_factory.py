"""Likes, reports and notices for tests: what a test does not name is filled in."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from engagement_widgets.comments.cases.opening import OpenCase, Opened, open_case
from engagement_widgets.comments.likes.service import Vote, Voted, vote
from engagement_widgets.comments.reports.reasons import ReportReason
from engagement_widgets.comments.reports.service import Report, Reported, report
from engagement_widgets.storage.units import Storage


def like(storage: Storage, comment_id: UUID, voter: str = "r:mai", *, likes: bool = True) -> Voted:
    """One reader's like, or the taking back of it."""
    return storage.write_sync(vote, Vote(comment_id=comment_id, voter=voter, names=(voter,), likes=likes))


def complain(storage: Storage, comment_id: UUID, reader: str, **values: Any) -> Reported:
    """One reader's report, from an address of its own."""
    given = {"address_hash": f"home of {reader}", "to_hold": 3, "hides": False, "text": "", **values}
    command = Report(comment_id=comment_id, reader=reader, names=(reader,), reason=ReportReason.INSULT, **given)
    return storage.write_sync(report, command)


def notice(*comment_ids: UUID, **values: Any) -> OpenCase:
    """A notice by somebody with an address of their own."""
    reader = values.get("reader", f"r:{uuid4()}")
    given = {
        "name": "Trần Thị Mai",
        "email": "mai@thu.example",
        "phone": None,
        "statement": "Bình luận bịa đặt về gia đình tôi.",
        "reader": reader,
        "address_hash": f"home of {reader}",
        "is_new": False,
        "hides": True,
        "deadline": timedelta(hours=24),
        "year": 2026,
    }
    return OpenCase(comment_ids=comment_ids, **(given | values))


def opened(storage: Storage, *comment_ids: UUID, **values: Any) -> Opened:
    """A new case."""
    return storage.write_sync(open_case, notice(*comment_ids, **values))
