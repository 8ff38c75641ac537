"""Where the host's own world plugs in: small Protocols and the data they speak in.

Each hook has a default beside its user.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias
from uuid import UUID

from markupsafe import Markup
from starlette.requests import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An article of the host, as the host names it.

    Attributes:
        key: the host's opaque name: NFC text of 1–255 bytes, compared exactly.
        url: where the article is read; absolute, or a path on the host.
        title: shown at the desk and on receipts; at most 300 graphemes.
        section: the host's *chuyên mục*, or "" for none.
        locale: language of the widgets on this page, or None for the site's.
        published_at: when the article appeared, aware, or None; what `close_after_days` counts from.
    """

    key: str
    url: str
    title: str
    section: str = ""
    locale: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostUser:
    """A reader the host has signed in. `id` is stable and unique within the host, at most 255 bytes.

    `email` is an address the host has checked, or None: letters about the reader's comments go there unasked.
    """

    id: str
    name: str
    email: str | None = None
    is_staff: bool = False


class Identity(Protocol):
    """Tells which of the host's users, if any, sent a request."""

    async def __call__(self, request: Request, /) -> HostUser | None:
        """Return the signed-in reader, or None for a reader without an account."""


class Role(StrEnum):
    """What a person may do at the desk."""

    MODERATOR = "moderator"
    EDITOR = "editor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskUser:
    """A person at the desk. `id` is written into the journal, `name` is shown to colleagues.

    Attributes:
        sections: the *chuyên mục* whose pages, comments and entries they have to do with; None for all.
    """

    id: str
    name: str
    role: Role = Role.MODERATOR
    sections: frozenset[str] | None = None

    def covers(self, section: str) -> bool:
        """Whether a section is theirs."""
        return self.sections is None or section in self.sections


class Authorizer(Protocol):
    """Tells who may use the desk, from the host's own sign-in."""

    async def __call__(self, request: Request, /) -> DeskUser | None:
        """Return the person at the desk, or None to refuse."""


class Moderation(StrEnum):
    """When a comment that nothing else holds becomes public.

    Attributes:
        PRE: once a moderator approves it.
        POST: at once.
        TRUST: at once where the reader's last decided comments were all approved, as many as `trust_after` says.
    """

    PRE = "pre"
    POST = "post"
    TRUST = "trust"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRules:
    """What a page takes at this moment."""

    comments_open: bool = True
    ratings_open: bool = True
    moderation: Moderation = Moderation.PRE


class PagePolicy(Protocol):
    """Decides what a page takes: open or closed, held first or published first."""

    async def __call__(self, page: Page, now: datetime, /) -> PageRules:
        """Return the rules of this page at this moment (UTC)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A comment on its way in, as an external checker sees it: no address, no e-mail.

    Attributes:
        name: the author's.
        body: the text.
        links: the web addresses in it.
        page: what it is about.
        reader: hash that tells readers apart and nobody who they are.
    """

    name: str
    body: str
    links: tuple[str, ...]
    page: Page
    reader: str


class SpamVerdict(StrEnum):
    """What an external checker makes of a comment: nothing wrong, wait for a moderator, or spam."""

    HAM = "ham"
    HOLD = "hold"
    SPAM = "spam"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """A checker's verdict. `reason` is shown at the desk as it is, at most 200 characters of it."""

    verdict: SpamVerdict
    reason: str = ""


class SpamChecker(Protocol):
    """Judges comments from outside, after the captcha and before anything is stored.

    Attributes:
        name: what the desk calls it.
    """

    name: str

    async def __call__(self, suspect: Suspect, /) -> Opinion:
        """Judge a comment. It waits for a moderator when this raises, or takes longer than `checker_seconds`."""


class Layout(Protocol):
    """Gives our stand-alone pages (second step, receipts, errors) the host's look."""

    async def __call__(self, request: Request, /, *, title: str, head: Markup, body: Markup, locale: str) -> str:
        """Return one whole HTML document around `body`, with `head` inside its head."""


class Purger(Protocol):
    """Drops public URLs from a cache in front of the site, after the change is durable."""

    async def __call__(self, urls: Sequence[str], /) -> None:
        """Purge these URLs. An exception makes the outbox try again later."""


class Clock(Protocol):
    """Tells the time. Everything that asks for the time asks here."""

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A proof of work to be done by the reader's browser.

    Attributes:
        puzzle: text that the work is bound to.
        bits: the SHA-256 of puzzle and nonce, one text, begins with so many zero bits.
    """

    puzzle: str
    bits: int


Sources: TypeAlias = Mapping[str, Sequence[str]]
"""What a service's widget needs of a Content-Security-Policy: directives, each with its sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A widget of another service, drawn by the service's own script in the reader's browser.

    Attributes:
        service: what people know it by.
        script: URL of the script.
        api: the global name of the script's API, whose `render(element, options)` draws the widget; a name with a
            hyphen is that of the custom element that is the widget.
        options: what `render` is given beside the callbacks, or the element's attributes.
    """

    service: str
    script: str
    api: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A captcha that waits for its answer. What it has none of is not asked for.

    Attributes:
        id: names the challenge; carries nothing of the answer.
        expires_at: UTC; answered later, the verdict is EXPIRED.
        length: how many symbols the picture shows; 0 for no picture.
        can_speak: another challenge in its place can be issued with a recording.
        spoken: how many digits the recording says; 0 for no recording.
        work: what the browser has to compute.
        remote: the widget of another service.
    """

    id: UUID
    expires_at: datetime
    length: int = 0
    can_speak: bool = False
    spoken: int = 0
    work: Work | None = None
    remote: Remote | None = None


class Verdict(StrEnum):
    """What became of an answer; each of them spends the challenge.

    Attributes:
        PASSED: right.
        HASTY: right, and sooner than people type: what is posted waits for a moderator.
        IDLE: right, without the work beside it (a browser without scripts): what is posted waits for a moderator.
        WRONG: not right; nothing is posted.
        EXPIRED: too late; nothing is posted.
    """

    PASSED = "passed"
    HASTY = "hasty"
    IDLE = "idle"
    WRONG = "wrong"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back for a challenge: its id and the answers, all of it unchecked text.

    Attributes:
        challenge: the id.
        text: what was typed, or what the other service's widget put into the form.
        nonce: the result of the work.
    """

    challenge: str
    text: str = field(default="", repr=False)
    nonce: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks for a challenge or answers one, as hashes that tell nobody who it is.

    Attributes:
        reader: of the host's user or the reader's cookie; None for a browser that has neither yet.
        address: of the network address, which thousands may share.
    """

    reader: str | None
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A challenge that is asked for.

    Attributes:
        purpose: what it can be spent on, at most 32 characters.
        page_id: the page it can be spent on.
        asker: who asks.
        locale: language of a recording.
        replaces: id, as it came back, of a challenge that is worth nothing more.
        spoken: with a recording beside the picture, or in its place.
    """

    purpose: str
    page_id: UUID
    asker: Asker
    locale: str
    replaces: str | None = None
    spoken: bool = False


class CaptchaProvider(Protocol):
    """Issues challenges and judges answers. A challenge is bound to a purpose and a page.

    One whose challenges are `remote` has `sources` too (`Sources`): our own pages with a form let them through.

    Attributes:
        answer_field: name of the form's field that brings `Answer.text`; any other than `code` is filled in by a
            script, and people are told of a check, not of a code.
    """

    answer_field: str

    async def issue(self, ask: Ask, /) -> Challenge:
        """Make a new challenge.

        Raises:
            TooMany: no more are given to this client for the moment.
            Unavailable: `captcha_unavailable`: none can be had now; the form offers the way without a code.
        """

    async def verify(self, answer: Answer, *, purpose: str, page_id: UUID, asker: Asker) -> Verdict:
        """Spend the challenge and say whether the answer was right. Never raises for the text of an answer.

        Raises:
            TooMany: this reader was wrong too often and must wait; the challenge is not spent.
        """
