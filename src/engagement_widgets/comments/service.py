"""What the rest of the house calls: every unit of this slice and its command, by name.

Each function is a unit `fn(tx, command) -> result`; run it with `await storage.read(fn, command)` or `write`.
"""

from engagement_widgets.comments.authoring import Edit, Withdraw, edit_comment, withdraw_comment
from engagement_widgets.comments.counters import count_approved, count_queue
from engagement_widgets.comments.decisions import Decide, Decided, UndoDecision, decide, undo_decision
from engagement_widgets.comments.listing import ListQuery, ThreadQuery, list_comments, read_thread
from engagement_widgets.comments.masking import MaskPersonalData, mask_personal_data, undo_deed
from engagement_widgets.comments.ownership import Author
from engagement_widgets.comments.pins import Pin, pin, unpin
from engagement_widgets.comments.places import Found, Place, find_place, read_comment
from engagement_widgets.comments.queue.deciding import DecideGroup, GroupDecided, decide_group, undo_group
from engagement_widgets.comments.queue.figures import (
    Figures,
    FiguresQuery,
    NewsQuery,
    count_news,
    count_reported,
    figures,
)
from engagement_widgets.comments.queue.filters import QueueFilter, QueueSort
from engagement_widgets.comments.queue.groups import GroupQuery, GroupView, group_view
from engagement_widgets.comments.queue.items import queue_item
from engagement_widgets.comments.queue.reading import QueuePage, queue
from engagement_widgets.comments.queue.views import AnsweredView, FormerText, HeldView, QueueItem
from engagement_widgets.comments.queue.walking import QueueQuery, QueueSpot
from engagement_widgets.comments.receipts import MyComments, ReceiptQuery, my_comments, read_receipt
from engagement_widgets.comments.recent import RecentQuery, recent_comments
from engagement_widgets.comments.recount import Recount, Recounted, recount
from engagement_widgets.comments.sending import Check, Submission, Submitted, body_hash
from engagement_widgets.comments.states import HeldReason, Sort, Status
from engagement_widgets.comments.submission import check_submission, submit_comment

queue_counts = count_queue

__all__ = [
    "AnsweredView",
    "Author",
    "Check",
    "Decide",
    "DecideGroup",
    "Decided",
    "Edit",
    "Figures",
    "FiguresQuery",
    "FormerText",
    "Found",
    "GroupDecided",
    "GroupQuery",
    "GroupView",
    "HeldReason",
    "HeldView",
    "ListQuery",
    "MaskPersonalData",
    "MyComments",
    "NewsQuery",
    "Pin",
    "Place",
    "QueueFilter",
    "QueueItem",
    "QueuePage",
    "QueueQuery",
    "QueueSort",
    "QueueSpot",
    "ReceiptQuery",
    "RecentQuery",
    "Recount",
    "Recounted",
    "Sort",
    "Status",
    "Submission",
    "Submitted",
    "ThreadQuery",
    "UndoDecision",
    "Withdraw",
    "body_hash",
    "check_submission",
    "count_approved",
    "count_news",
    "count_reported",
    "decide",
    "decide_group",
    "edit_comment",
    "figures",
    "find_place",
    "group_view",
    "list_comments",
    "mask_personal_data",
    "my_comments",
    "pin",
    "queue",
    "queue_counts",
    "queue_item",
    "read_comment",
    "read_receipt",
    "read_thread",
    "recent_comments",
    "recount",
    "submit_comment",
    "undo_decision",
    "undo_deed",
    "undo_group",
    "unpin",
    "withdraw_comment",
]
