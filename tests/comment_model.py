"""What a comment's life comes to, said without the code: statuses, versions, who sees what and in which order."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import sqrt
from types import MappingProxyType
from typing import Any
from uuid import UUID

MONTH = timedelta(days=30)
WINDOW = timedelta(minutes=15)
UNDO = timedelta(minutes=10)
STANDING = ("pending", "approved")
MOST_DEPTH = 3
Z = 1.959963984540054


@dataclass(slots=True)
class Life:
    """One comment.

    `state`: `whole`, `empty` or `gone`; `told` is every time the public saw it come or go. `under`: what it answers,
    down to the deepest level; from there on a reply stands beside what it answers. `depth`: how many it stands under.
    """

    id: UUID
    reader: str
    body: str
    at: datetime
    answers: "Life | None"
    status: str = ""
    version: int = 1
    decided_at: datetime | None = None
    edited_at: datetime | None = None
    withdrawn_at: datetime | None = None
    pinned_at: datetime | None = None
    state: str = "whole"
    likes: set[str] = field(default_factory=set)
    reports: dict[str, datetime] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    under: "Life | None" = field(init=False)
    depth: int = field(init=False)

    @property
    def is_public(self) -> bool:
        """The public sees it."""
        return self.status == "approved"

    @property
    def root(self) -> "Life":
        """The one that begins its thread."""
        return self if self.answers is None else self.answers.root

    def __post_init__(self) -> None:
        above = self.answers
        self.under = above.under if above is not None and above.depth == MOST_DEPTH else above
        self.depth = 0 if self.under is None else self.under.depth + 1

    def appeal(self) -> float:
        """How surely readers side with it: Wilson's lower bound, multiplied out, of the likes among the judgements."""
        likes, reports = len(self.likes), self.open_reports()
        if self.state != "whole" or not likes:
            return 0
        judges = likes + reports
        spread = Z * sqrt(likes * reports / judges + Z * Z / 4)
        return (likes + Z * Z / 2 - spread) / (judges + Z * Z)

    def become(self, status: str) -> None:
        """Come to a status: a new version, told where the public sees a difference, unpinned where it goes."""
        was = self.is_public
        self.status = status
        if was != self.is_public:
            self.told.append("CommentApproved" if self.is_public else "CommentHidden")
        if not self.is_public:
            self.pinned_at = None

    def open_reports(self) -> int:
        """Reports since the last decision."""
        return sum(self.decided_at is None or at > self.decided_at for at in self.reports.values())


@dataclass(slots=True)
class Matter:
    """A legal case about one comment."""

    id: UUID
    life: Life
    hidden_version: int | None
    is_open: bool = True


@dataclass(slots=True)
class Deed:
    """What can be undone: the version it left behind, and what was before."""

    undo_id: UUID
    life: Life
    version: int
    until: datetime
    status: str
    decided_at: datetime | None
    pinned_at: datetime | None
    body: str
    is_mask: bool = False


ORDERS: Mapping[str, Callable[[Life], Any]] = MappingProxyType(
    {
        "newest": lambda life: (life.at, life.id),
        "oldest": lambda life: (life.at, life.id),
        "helpful": lambda life: (round(life.appeal(), 9), life.id),
    }
)


@dataclass(slots=True)
class World:
    """Every comment of a page, the cases and what can be undone."""

    lives: list[Life] = field(default_factory=list)
    matters: list[Matter] = field(default_factory=list)

    def public(self) -> set[UUID]:
        """What everybody may see."""
        return {life.id for life in self.lives if life.is_public}

    def whole(self) -> list[Life]:
        """What the desk has."""
        return [life for life in self.lives if life.state == "whole"]

    def below(self, life: Life) -> list[Life]:
        """What stands under one, as it is read: each followed by its own, oldest first."""
        own = [other for other in self.lives if other.under is life]
        return [found for other in own for found in (other, *self.below(other))]

    def shown_below(self, life: Life) -> list[Life]:
        """Of these the public, and the lines that keep the place of such."""
        return [one for one in self.below(life) if self.is_shown(one)]

    def is_shown(self, life: Life) -> bool:
        """It is public, or only keeps the place of public replies."""
        return life.is_public or any(one.is_public for one in self.below(life))

    def roots(self, sort: str) -> list[Life]:
        """A page's list: the pinned first, the last pinned at their head, then the others in their order."""
        shown = [life for life in self.lives if life.answers is None and self.is_shown(life)]
        pinned = [life for life in shown if life.pinned_at is not None]
        others = sorted((life for life in shown if life.pinned_at is None), key=ORDERS[sort])
        pinned.sort(key=lambda life: (life.pinned_at, life.id), reverse=True)
        return pinned + (others if sort == "oldest" else others[::-1])

    def pinned(self) -> int:
        """How many are pinned."""
        return sum(life.pinned_at is not None for life in self.lives)

    def is_frozen(self, life: Life) -> bool:
        """An open case is about it."""
        return any(matter.is_open and matter.life is life for matter in self.matters)

    def is_hidden(self, life: Life) -> bool:
        """An open case hides it."""
        return any(m.is_open and m.life is life and m.hidden_version is not None for m in self.matters)

    def is_answered(self, life: Life) -> bool:
        """A public reply is to it, and under a root any."""
        return any(
            other.is_public and (other.answers is life or (other is not life and other.root is life))
            for other in self.lives
        )

    def may_edit(self, life: Life, now: datetime) -> bool:
        """Its author may change it."""
        if life.status not in STANDING or self.is_frozen(life) or now >= life.at + WINDOW:
            return False
        return not (life.is_public and self.is_answered(life))

    def may_withdraw(self, life: Life, now: datetime) -> bool:
        """Its author may take it back."""
        if life.status not in STANDING or self.is_frozen(life):
            return False
        return not (life.is_public and now >= life.at + WINDOW)

    def has_receipt(self, life: Life, now: datetime) -> bool:
        """Its author still has it."""
        return life.state == "whole" and life.at > now - MONTH

    def mine(self, reader: str, now: datetime) -> set[UUID]:
        """What an author finds on the page."""
        own = [life for life in self.lives if life.reader == reader and self.has_receipt(life, now)]
        return {
            life.id
            for life in own
            if life.status in {"pending", "rejected"} or (life.is_public and life.at > now - WINDOW)
        }

    def purge(self, now: datetime) -> None:
        """Empty or remove what has had its time."""
        due = [life for life in self.lives if self._is_due(life, now - MONTH)]
        stays = {id(life.answers) for life in self.lives if life.state != "gone"}
        stays |= {id(life.root) for life in self.lives if life.state != "gone" and life.answers is not None}
        stays |= {id(matter.life) for matter in self.matters}
        for life in due:
            life.state = "empty" if id(life) in stays else "gone"

    def _is_due(self, life: Life, before: datetime) -> bool:
        times = (life.at, life.decided_at, life.edited_at, life.withdrawn_at)
        return (
            life.state != "gone"
            and life.status in {"deleted", "spam"}
            and all(at is None or at < before for at in times)
            and not self.is_frozen(life)
        )

    def told(self) -> Iterator[tuple[UUID, list[str]]]:
        """What is told of each comment."""
        return ((life.id, life.told) for life in self.lives)
