"""What somebody needs who tries to get around the captcha of a whole site."""

import base64
import hashlib
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

import httpx
from sqlalchemy import func, select, update

from comment_factory import PAGE
from engagement_widgets import Page
from engagement_widgets.captcha.picture import Picture
from engagement_widgets.captcha.provider import seal
from engagement_widgets.captcha.service import Issue, issue
from engagement_widgets.captcha.tables import challenges
from engagement_widgets.comments.fields import new_submission_key
from engagement_widgets.comments.tables import comments
from engagement_widgets.hooks import Challenge
from engagement_widgets.kernel.ids import new_id
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import KNOWN_CODE, KNOWN_DIGITS
from whole_site import KEY, Site, comment_fields, stranger

JSON: Final = {"accept": "application/json"}
WRONG: Final = (422, "wrong")
EXPIRED: Final = (422, "expired")


def known_code(length: int) -> str:
    """What the fixture `known_codes` draws: at the normal level `KNOWN_CODE`."""
    return f"{KNOWN_CODE}C"[:length]


def known_digits(length: int) -> str:
    """What it says: at the normal level `KNOWN_DIGITS`."""
    return f"{KNOWN_DIGITS}2"[:length]


def sealed(
    storage: Storage,
    code: str = KNOWN_CODE,
    *,
    key: str = KEY,
    page: Page = PAGE,
    purpose: str = "comment",
    age: float = 2,
) -> str:
    """A challenge with this answer, sealed with any key, as only the server can make one, and so many seconds old."""
    command = seal(
        Secrets((key,)),
        challenge_id=new_id(storage.clock.now()),
        code=code,
        purpose=purpose,
        page_id=page_id("test", page.key),
        picture=Picture(png=b"png", overlaps=()),
    )
    return str(storage.write_sync(partial(_issue_earlier, age=age), command).id)


def _issue_earlier(tx: Tx, command: Issue, *, age: float) -> Challenge:
    issued = issue(tx, command)
    tx.execute(
        update(challenges).where(challenges.c.id == command.id).values(issued_at=tx.now - timedelta(seconds=age))
    )
    return issued


def sending(site: Site, page: Page = PAGE, **fields: str) -> dict[str, str]:
    """A comment with a right code, as a sending of its own."""
    return comment_fields(site.ctx, page, **{"submission_key": new_submission_key(), **fields})


def outcome(answer: httpx.Response) -> tuple[int, str]:
    """Status and code; what is wrong with a field counts as its code."""
    if answer.status_code == 201:
        return 201, ""
    problem = answer.json()
    return answer.status_code, problem["errors"][0]["code"] if problem["errors"] else problem["code"]


def written(site: Site) -> int:
    """How many comments there are."""
    return site.storage.read_sync(_count, None)


def _count(tx: Tx, _: None) -> int:
    number: int = tx.execute(select(func.count()).select_from(comments)).scalar_one()
    return number


async def passes(site: Site, challenge_id: str, code: str = KNOWN_CODE) -> bool:
    """Answer a challenge by a new browser: does a comment come of it?"""
    async with stranger(site.app, **JSON) as client:
        answer = await client.post("/comments", data=sending(site, challenge=challenge_id, code=code))
    return answer.status_code == 201


def traces(challenge_id: UUID | str, code: str = KNOWN_CODE) -> Iterable[bytes]:
    """The code in every form that needs no key to be made."""
    plain = code.encode()
    spellings = (plain, plain.lower(), plain[::-1], " ".join(code).encode())
    for spelling in spellings:
        yield spelling
        yield base64.b64encode(spelling).rstrip(b"=")
        yield base64.urlsafe_b64encode(spelling).rstrip(b"=")
        yield spelling.hex().encode()
    bare = str(challenge_id).replace("-", "")
    for text in (code, code.lower(), f"{challenge_id}:{code}", f"{bare}:{code}", f"{challenge_id}{code}"):
        for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
            digest = hashlib.new(name, text.encode(), usedforsecurity=False)
            yield digest.hexdigest()[:24].encode()
            yield base64.b64encode(digest.digest())[:16]


def found(sent: bytes, challenge_id: UUID | str, code: str = KNOWN_CODE) -> list[bytes]:
    """Which traces of the code stand in what was sent, in any case."""
    return [trace for trace in traces(challenge_id, code) if trace.lower() in sent.lower()]
