"""Plans who says what, when, under which article, and what became of it. Pure: nothing is stored here."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from examples.demo.news import Article
from examples.demo.voices import Stock, Voice, answers, talk, voices, without_marks

from engagement_widgets import DeskUser, Moderation
from engagement_widgets.comments.service import Status

STAFF: Final = Voice(name="Tòa soạn Vịnh Sao", reader="u:toa-soan")
MODERATORS: Final = (DeskUser(id="demo-lan-chi", name="Lan Chi"), DeskUser(id="demo-quoc-bao", name="Quốc Bảo"))
REPLY_SHARE: Final = 0.36
HOT: Final = 6
REVIEWED: Final = timedelta(hours=6)  # before that the site published first and looked later


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One comment of the plan.

    Attributes:
        number: unique within its article.
        parent: number of the comment it answers.
        moderation: what the site did with new comments at that moment.
        decided: what a moderator made of it, if one did.
    """

    number: int
    at: datetime
    voice: Voice
    body: str
    parent: int | None = None
    moderation: Moderation = Moderation.POST
    decided: Status | None = None
    by: DeskUser | None = None
    note: str | None = None
    no_code: bool = False
    hasty: bool = False
    no_work: bool = False
    trapped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many comments of each kind an article gets."""

    approved: int
    pending: int = 0
    rejected: int = 0
    spam: int = 0


class Crowd:
    """The readers of one article.

    Args:
        article: what they talk about.
        opened: until when.
        stock: what can be said.
    """

    def __init__(self, article: Article, opened: datetime, stock: Stock) -> None:
        self._article = article
        self._opened = opened
        self._stock = stock
        self._chance = random.Random(article.slug)
        self._known = voices(stock.names, self._chance, prefix=f"{article.slug}-a")
        self._new = voices(stock.names, self._chance, prefix=f"{article.slug}-b")

    def plan(self, size: Size) -> list[Step]:
        """Everything, in the order in which it happened."""
        approved = self._approved(size.approved)
        steps = [*approved, *self._waiting(size.pending, approved), *self._refused(size)]
        return sorted(
            (replace(step, number=number) if step.number < 0 else step for number, step in enumerate(steps)),
            key=lambda step: step.at,
        )

    def threads(self) -> list[Step]:
        """The article's own threads, word for word."""
        steps: list[Step] = []
        known = {STAFF.name: STAFF}
        for thread in self._stock.threads[self._article.slug]:
            at, root = self._moment(0.1, 0.8), len(steps)
            for place, (name, text) in enumerate(thread):
                voice = known.setdefault(name, Voice(name=name, reader=f"r:{self._article.slug}-t{len(known)}"))
                when = at + timedelta(minutes=7 * place)
                parent = root if place else None
                steps.append(Step(number=len(steps), at=when, voice=voice, body=text, parent=parent))
        return sorted(steps, key=lambda step: (step.at, step.number))

    def _approved(self, number: int) -> list[Step]:
        mix = self._stock.mixes[self._article.slug]
        said, answered = talk(mix, self._chance), answers(mix, self._chance)
        moments = sorted(self._moment(0.01, 0.99, lean=True) for _ in range(number))
        steps: list[Step] = []
        roots: list[int] = []
        for place, at in enumerate(moments):
            parent = self._answered(roots, steps) if self._chance.random() < REPLY_SHARE else None
            if parent is None:
                roots.append(place)
                steps.append(self._published(place, at, self._chance.choice(self._known), next(said)))
            elif self._chance.random() < 0.04:  # noqa: PLR2004  (now and then the newsroom answers)
                body = self._chance.choice(mix["staff"])
                steps.append(Step(number=place, at=at, voice=STAFF, body=body, parent=parent))
            else:
                step = self._published(place, at, self._chance.choice(self._known), next(answered))
                steps.append(replace(step, parent=parent))
        return steps

    def _published(self, number: int, at: datetime, voice: Voice, body: str) -> Step:
        step = Step(number=number, at=at, voice=voice, body=body)
        if self._opened - at > REVIEWED:
            return step
        by = self._chance.choice(MODERATORS)
        return replace(step, moderation=Moderation.PRE, decided=Status.APPROVED, by=by)

    def _answered(self, roots: Sequence[int], steps: Sequence[Step]) -> int | None:
        """Which comment is answered: often one of a few hot ones, else a recent one, sometimes an answer to it."""
        if len(roots) <= HOT:
            return None
        hot = self._chance.random() < 0.08  # noqa: PLR2004
        root = self._chance.choice(roots[2 : 2 + HOT] if hot else roots[-60:])
        if self._chance.random() < 0.2:  # noqa: PLR2004
            below = [step.number for step in steps[-80:] if step.parent == root]
            return self._chance.choice(below) if below else root
        return root

    def _waiting(self, number: int, approved: Sequence[Step]) -> Iterator[Step]:
        """Comments in the queue, over every reason there is to hold one."""
        said = talk(self._stock.mixes[self._article.slug], random.Random(f"{self._article.slug} waits"))
        fresh = _unsaid(said, {step.body for step in approved})
        for place in range(number):
            at = self._opened - timedelta(minutes=self._chance.uniform(4, 60 * 8))
            voice = self._chance.choice(self._known if place % 3 else self._new)
            step = Step(number=-1, at=at, voice=voice, body="", moderation=Moderation.PRE)
            match place % 8:
                case 0:
                    body = f"{next(fresh)} {self._chance.choice(self._stock.spam['link'])}"
                    yield replace(step, body=body)
                case 1:
                    earlier = [one.body for one in approved if one.at < at and one.parent is None]
                    body = self._chance.choice(earlier)
                    yield replace(step, body=self._chance.choice((body, without_marks(body))))
                case 2:
                    yield replace(step, body=next(fresh), no_code=True)
                case 3:
                    before = [one.number for one in approved if one.at < at and one.parent is None][-40:]
                    yield replace(step, body=next(fresh), parent=self._chance.choice(before))
                case 4:
                    yield replace(step, body=next(fresh), hasty=True)
                case 5:
                    yield replace(step, body=next(fresh), trapped=True)
                case 6:
                    yield replace(step, body=next(fresh), no_work=True)
                case _:
                    yield replace(step, body=next(fresh))

    def _refused(self, size: Size) -> Iterator[Step]:
        spam = self._stock.spam
        for place in range(size.rejected + size.spam):
            rejected = place < size.rejected
            yield Step(
                number=-1,
                at=self._moment(0.05, 0.95),
                voice=self._chance.choice(self._new),
                body=self._chance.choice(spam["rude"] if rejected else spam["body"]),
                moderation=Moderation.PRE,
                decided=Status.REJECTED if rejected else Status.SPAM,
                by=self._chance.choice(MODERATORS),
                note=self._chance.choice(spam["note"]) if rejected else None,
            )

    def _moment(self, first: float, last: float, *, lean: bool = False) -> datetime:
        """A moment between publication (0) and now (1); leaning ones come rather early."""
        share = self._chance.betavariate(1.1, 1.9) if lean else self._chance.random()
        return self._article.published + (self._opened - self._article.published) * (first + (last - first) * share)


def _unsaid(said: Iterator[str], known: set[str]) -> Iterator[str]:
    return (text for text in said if text not in known)
