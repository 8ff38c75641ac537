"""What people send, made before the clock starts."""

import random
import secrets
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from benchmarks.client import post
from benchmarks.news import SECRETS, SITE, opinion, reference, storage
from engagement_widgets import Page
from engagement_widgets.pages.reference import page_id
from engagement_widgets.testing import KNOWN_CODE, KnownChallenges, issue_known


def comment_forms(database: Path | str, page: Page, count: int) -> list[bytes]:
    """So many comments by as many new readers, each with a challenge that was issued for it, and its answer."""
    known = KnownChallenges(secrets=SECRETS, purpose="comment", page_id=page_id(SITE, page.key), count=count)
    with storage(database) as opened:
        challenges = opened.write_sync(issue_known, known)
    token, chance = reference(page), random.Random(count)
    return [_comment_form(token, chance, challenge) for challenge in challenges]


def vote_forms(page: Page, count: int) -> list[bytes]:
    """So many first votes, each by a new reader."""
    chance = random.Random(count)
    return [vote_form(page, chance.randint(1, 5)) for _ in range(count)]


def vote_form(page: Page, score: int) -> bytes:
    """One first vote, by a new reader."""
    return post("/ratings", {"page": reference(page), "score": str(score)})


def approval_forms(comments: Iterable[UUID]) -> list[bytes]:
    """What the desk sends to approve these comments."""
    return [post(f"/desk/comments/{one}/decision", {"version": "1", "decision": "approved"}) for one in comments]


def _comment_form(token: str, chance: random.Random, challenge: UUID) -> bytes:
    fields = {
        "page": token,
        "name": "Nguyễn Thị Thủy",
        "email": "",
        "body": f"{opinion(chance)} {challenge.hex}",  # no two alike: a repeated text is another case
        "challenge": str(challenge),
        "code": KNOWN_CODE,
        "submission_key": secrets.token_urlsafe(24),
    }
    return post("/comments", fields)
