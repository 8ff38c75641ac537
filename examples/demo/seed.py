"""Fills an empty demonstration through the services, so that every figure and every journal entry is real.

All chance is seeded and every comment carries its own submission key: run again, or after it was broken off, it does
what is missing and nothing twice. The past is told by setting the unit's moment before each step, and the events of
that past are delivered to nobody.
"""

import hashlib
import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from examples.demo.complaints import Complaints, complain
from examples.demo.crowd import MODERATORS, STAFF, Crowd, Size, Step
from examples.demo.filtered import Filter, filter_some
from examples.demo.measured import measure_past
from examples.demo.news import CONTENT, Article, News
from examples.demo.pages import Staging, stage_pages
from examples.demo.voices import load_stock
from sqlalchemy import bindparam, select

from engagement_widgets import DeskUser, Role
from engagement_widgets.comments.likes.service import Vote, vote
from engagement_widgets.comments.reports.reasons import ReportReason
from engagement_widgets.comments.reports.service import Report, report
from engagement_widgets.comments.rules.case import Examined
from engagement_widgets.comments.rules.rule import BUILT_IN
from engagement_widgets.comments.rules.ruleset import RuleSet, Written
from engagement_widgets.comments.search.words import indexed
from engagement_widgets.comments.service import (
    Decide,
    ListQuery,
    Pin,
    Sort,
    Submission,
    body_hash,
    decide,
    list_comments,
    pin,
    queue_item,
    submit_comment,
)
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.visibility import public
from engagement_widgets.links.commands import AddGroup, AddLink, LinkFields
from engagement_widgets.links.service import GroupsQuery, add_group, add_link, list_groups
from engagement_widgets.pages.reference import page_id
from engagement_widgets.ratings.service import CastRating, cast
from engagement_widgets.storage.units import Storage, Tx

CHUNK: Final = 250
RULES = RuleSet(0, BUILT_IN.values())
ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
EDITOR: Final = DeskUser(id="demo-ban-bien-tap", name="Ban biên tập", role=Role.EDITOR)

# One article under a storm of comments, one with a few, one with none, the others in between.
SIZES: Final[Mapping[str, Size]] = {
    "pha-con-lau-chay-dem": Size(approved=3000, pending=400, rejected=60, spam=40),
    "muoi-go-sen-trai-bat": Size(approved=64, pending=6, rejected=2, spam=1),
    "den-giay-dem-ram": Size(approved=140, pending=8, rejected=3, spam=2),
    "cong-ngan-man-vam-trang": Size(approved=24, pending=6),
}
# Votes of 1 to 5 stars: hundreds, some, two (below the least that is averaged), none.
VOTES: Final[Mapping[str, tuple[int, int, int, int, int]]] = {
    "pha-con-lau-chay-dem": (18, 23, 61, 148, 137),
    "muoi-go-sen-trai-bat": (0, 1, 4, 9, 7),
    "den-giay-dem-ram": (1, 2, 5, 17, 41),
    "cong-ngan-man-vam-trang": (2, 1, 3, 4, 2),
    "vuon-tren-mai-cho-ca": (0, 0, 0, 1, 1),
    "con-lau-night-ferry": (0, 0, 1, 3, 2),
}
# A wave of one star from browsers never seen before, so that the desk has something to find.
WAVES: Final[Mapping[str, int]] = {"den-giay-dem-ram": 40}
PINNED: Final = "den-giay-dem-ram"
WAVE_BEGAN: Final = timedelta(minutes=40)  # before the demonstration was opened
WAVE_PACE: Final = timedelta(seconds=7)
# So many comments of an article are liked, each by so many readers at most.
LIKED: Final = 120
MOST_LIKES: Final = 40
FILTERED: Final = "muoi-go-sen-trai-bat"  # where the starter lists and other rules have found something
CASE_ABOUT: Final = "muoi-go-sen-trai-bat"  # one notice of unlawful content is open there
# What readers say of an article's latest comments: three times of the first, so that it is back at the desk.
REPORTS: Final = (
    (
        (ReportReason.INSULT, "Gọi người khác bằng lời lẽ khó nghe."),
        (ReportReason.INSULT, ""),
        (ReportReason.HATE, "Chê người vùng khác."),
    ),
    ((ReportReason.FALSE, "Số liệu không đúng như vậy."),),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some steps of one article in a row, and the ids of the comments before them."""

    article: Article
    steps: Sequence[Step]
    ids: Mapping[int, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """The votes of one article."""

    article: Article
    votes: tuple[int, int, int, int, int]
    opened: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An article whose comments readers judge."""

    article: Article
    opened: datetime


_PUBLIC = (
    select(comments.c.id)
    .where(comments.c.site_id == bindparam("site"), comments.c.page_id == bindparam("page"), public())
    .order_by(comments.c.id)
)


def seed(storage: Storage, news: News, opened: datetime) -> bool:
    """Fill the database; False when it was filled before. `opened` is the end of the told past."""
    if storage.read_sync(list_groups, GroupsQuery(include_hidden=True)):
        return False
    stock = load_stock()
    for article in news.articles:
        crowd = Crowd(article, opened, stock)
        if article.slug in SIZES:
            _post_all(storage, article, crowd.plan(SIZES[article.slug]))
        elif article.slug in stock.threads:
            _post_all(storage, article, crowd.threads())
        if article.slug == PINNED:
            storage.write_sync(pin_first, article)
        storage.write_sync(judge_all, Judged(article=article, opened=opened))
        if article.slug in VOTES:
            storage.write_sync(vote_all, Ballot(article=article, votes=VOTES[article.slug], opened=opened))
    filtered = next(article for article in news.articles if article.slug == FILTERED)
    storage.write_sync(filter_some, Filter(article=filtered, opened=opened))
    merged_into = next(article for article in news.articles if article.slug == PINNED).page
    storage.write_sync(stage_pages, Staging(opened=opened, merged_into=merged_into))
    storage.write_sync(measure_past, opened)
    storage.write_sync(link_all, None)  # last: links say that all the rest is there
    return True


def post(tx: Tx, chunk: Chunk) -> dict[int, UUID]:
    """Submit and decide the comments of a chunk; the ids by the steps' numbers."""
    ids = dict(chunk.ids)
    for step in chunk.steps:
        tx.now = step.at
        sent = submit_comment(tx, _submission(tx.site, chunk.article, step, ids))
        ids[step.number] = sent.comment_id
        if step.decided is None or step.by is None or sent.repeated:
            continue
        tx.now = step.at + timedelta(minutes=3)
        decide(
            tx,
            Decide(
                comment_id=sent.comment_id,
                version=1,
                status=step.decided,
                actor=step.by,
                note=step.note,
                undo_window=timedelta(),
            ),
        )
    tx.events.clear()
    return ids


def judge_all(tx: Tx, judged: Judged) -> None:
    """Let readers like the public comments of an article, few of them often, and report the latest."""
    slug = judged.article.slug
    chance = random.Random(f"{slug} judged")
    key = {"site": tx.site, "page": page_id(tx.site, judged.article.page.key)}
    public_ids = tx.execute(_PUBLIC, key).scalars().all()
    tx.now = judged.opened
    for comment_id in chance.sample(public_ids, min(len(public_ids), LIKED)):
        for number in range(min(int(chance.expovariate(0.25)), MOST_LIKES)):
            vote(tx, Vote(comment_id=comment_id, voter=f"r:{slug}-l{number}", names=(), likes=True, is_new=True))
    for comment_id, told in zip(public_ids[: -len(REPORTS) - 1 : -1], REPORTS, strict=False):
        for number, (reason, text) in enumerate(told):
            reader = f"r:{slug}-b{number}"
            command = Report(
                comment_id=comment_id,
                reader=reader,
                names=(),
                reason=reason,
                text=text,
                address_hash=hashlib.sha256(reader.encode()).hexdigest(),
                to_hold=3,
                hides=False,
            )
            report(tx, command)
    if slug == CASE_ABOUT:
        oldest, next_to_it = public_ids[:2]
        complain(tx, Complaints(open_about=next_to_it, decided_about=oldest, opened=judged.opened))
    tx.events.clear()


def vote_all(tx: Tx, ballot: Ballot) -> None:
    """Cast the votes of one article, spread over the time since it came out, and its wave, in the order of time."""
    slug, published = ballot.article.slug, ballot.article.published
    scores = [score for score, number in enumerate(ballot.votes, start=1) for _ in range(number)]
    random.Random(slug).shuffle(scores)
    span = (ballot.opened - published) / (len(scores) + 1)
    usual = [(published + span * number, score, False) for number, score in enumerate(scores, start=1)]
    began = ballot.opened - WAVE_BEGAN
    wave = [(began + WAVE_PACE * number, 1, True) for number in range(WAVES.get(slug, 0))]
    for number, (at, score, is_new) in enumerate(sorted(usual + wave)):
        tx.now = at
        voter, day = f"r:{slug}-v{number}", at.astimezone(ZONE).date()
        page = ballot.article.page
        cast(tx, CastRating(page=page, voter=voter, score=score, day=day, quota=voter, is_new=is_new))
    tx.events.clear()


def pin_first(tx: Tx, article: Article) -> None:
    """Pin an article's first comment, unless it is pinned."""
    page = page_id(tx.site, article.page.key)
    first = list_comments(tx, ListQuery(page_id=page, size=1, sort=Sort.OLDEST)).comments[0]
    if not first.pinned:
        pin(tx, Pin(comment_id=first.id, version=queue_item(tx, first.id).version, actor=MODERATORS[0]))
    tx.events.clear()


def link_all(tx: Tx, command: None) -> None:
    """Put up the linked websites."""
    del command
    raw: dict[str, Any] = tomllib.loads((CONTENT / "links.toml").read_text(encoding="utf-8"))
    for group in raw["group"]:
        group_id = add_group(tx, AddGroup(actor=EDITOR, name=group["name"], title=group["title"]))
        for link in group["links"]:
            add_link(tx, AddLink(actor=EDITOR, group_id=group_id, fields=LinkFields(**link)))
    tx.events.clear()


def _post_all(storage: Storage, article: Article, steps: Sequence[Step]) -> None:
    ids: dict[int, UUID] = {}
    for start in range(0, len(steps), CHUNK):
        ids = storage.write_sync(post, Chunk(article=article, steps=steps[start : start + CHUNK], ids=ids))


def _submission(site: str, article: Article, step: Step, ids: Mapping[int, UUID]) -> Submission:
    key = hashlib.sha256(f"{article.slug}/{step.number}".encode()).hexdigest()
    return Submission(
        page=article.page,
        page_id=page_id(site, article.page.key),
        reader=step.voice.reader,
        name=step.voice.name,
        email=f"ban.doc.{step.number}@thu.example" if step.number % 5 == 0 and step.voice != STAFF else None,
        body=step.body,
        body_hash=body_hash(step.body),
        words=indexed(step.voice.name, step.body),
        examined=Examined(rules=RULES, findings=RULES.read(Written(name=step.voice.name, body=step.body))),
        moderation=step.moderation,
        parent=None if step.parent is None else ids[step.parent],
        is_staff=step.voice == STAFF,
        no_code=step.no_code,
        hasty=step.hasty,
        no_work=step.no_work,
        trapped=step.trapped,
        submission_key=key[:32],
        address_hash=hashlib.sha256(f"{article.slug}/{int(key, 16) % 150}".encode()).hexdigest(),
    )
