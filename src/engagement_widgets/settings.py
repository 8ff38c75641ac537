"""What a site can set, read from the environment (`ENGAGEMENT_…`) or given as keywords."""

from email.headerregistry import Address
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from engagement_widgets.errors import SettingsError
from engagement_widgets.hooks import Moderation
from engagement_widgets.mail_address import MailServer, parse_mail_server, parse_sender

LOCALES = ("vi", "en")
MIN_KEY_LENGTH = 32
MOST_WORK = 24
"""Zero bits of a proof of work at most: some 17 million hashes, about a minute of a browser."""


class ColorScheme(StrEnum):
    """Whether the widgets may turn dark: only where the host's page does."""

    LIGHT = "light"
    DARK = "dark"
    AUTO = "auto"


class CaptchaLevel(StrEnum):
    """How hard the captcha's picture is to read, from the easiest to the hardest."""

    EASY = "easy"
    NORMAL = "normal"
    HARD = "hard"


class RatingLabels(StrEnum):
    """What the five stars are called."""

    SATISFACTION = "satisfaction"
    HELPFULNESS = "helpfulness"
    QUALITY = "quality"


class Worker(StrEnum):
    """Where the outbox is delivered from."""

    THREAD = "thread"
    OFF = "off"


class Settings(BaseSettings):
    """Everything a site can set. Constructing it validates and opens nothing.

    Attributes:
        database_url: SQLAlchemy URL; `sqlite:///path` or `postgresql+psycopg://…`.
        secret_keys: signing keys, newest first, each at least 32 characters; all of them verify. Empty is allowed
            on SQLite only, which then keeps one generated key in `<database>.key`.
        site: short name that leads every key in the database.
        site_name: what people are told the site is called, at the desk and on receipts.
        origins: origins (`https://news.example`) whose pages may post here besides our own.
        public_url: absolute URL of the mount (`https://news.example/engagement`); needed behind a proxy that adds
            a prefix, and by a `Purger`.
        locale: language where the page names none.
        timezone: zone of times on screen and of day totals.
        readers_sign_in: the host has signed-in readers (an `identity` hook): the script then asks of every visitor
            who they are, and shows the form without name and captcha to those the host knows.
        trusted_proxies: how many proxies in front append to `X-Forwarded-For`; 0 reads the socket's address.
        insecure_http: allow cookies without `Secure` on plain http beyond loopback.
        moderation: `pre` holds every comment, `post` publishes what nothing else holds, `trust` does that for readers
            whose last comments were approved.
        trust_after: how many comments in a row `trust` wants approved.
        close_after_days: days after a page's first day on which it takes its last comments; 0 never closes.
        checker_seconds: what each external checker may take; a comment it does not judge in time is held.
        edit_window: seconds in which an author can change a comment or take back a public one; 0 switches both off.
        edits_wait: where comments are held first, a public one that its author changes waits again; otherwise only
            for what is found in the new text.
        undo_window: seconds in which a decision can be undone.
        purge_after_days: days after which what was deleted or marked as spam is removed for good; 0 never.
        page_size: root comments a page, 1–100.
        reply_depth: levels to which replies are indented, 1–6; deeper ones stand flat and say whom they answer. What
            stands already keeps its place when it changes.
        reports_to_hold: reports since its last decision from which on a comment is held, 0–1,000; 0 never.
        reports_hide: such a comment is hidden until a moderator decides; else it stays public and the desk is told.
        brake: a wave of comments or of wrong captcha codes holds the page or the site by itself for an hour.
        alerts_to: e-mail addresses that are told when the brake is pulled and when a case is due soon.
        digest_hours: hours of the site's day, 0 to 23, at which those who decide are told by mail what waits.
        case_deadline_hours: hours until a notice of unlawful content must be decided, 1–720.
        case_hides: a notice of unlawful content hides its comments at once, within the bounds of a day.
        rating_minimum: votes from which the average is shown, at least 1.
        captcha_level: how hard the captcha's picture is where nothing raises it: `easy`, `normal` or `hard`.
        captcha_fonts: directory whose .ttf and .otf files join the picture's faces.
        captcha_speech: people who cannot see the picture may hear digits instead.
        captcha_voice: directory with a site's own voice, `vi/0.wav` to `en/9.wav`; None speaks with ours.
        captcha_until: approved comments after which a reader is asked no captcha, while the last so many decided ones
            are all approved; 0 asks always.
        captcha_bound: a challenge can be answered only by the reader, else the address, that asked for it.
        captcha_work: zero bits of the proof of work that the browser does beside the picture, 0–24; 0 asks none.
        captcha_picture: a picture is asked for; without it the work alone opens.
        rating_note: after one or two stars the reader may tell the editors privately what was wrong.
        rating_labels: the words beside the five stars.
        color_scheme: `light`, `dark`, or `auto` (the reader's system decides).
        cache_bytes: upper bound of the fragment cache.
        write_queue: writes that may wait; beyond it a writer is told to come again (503).
        worker: `thread` delivers the outbox inside each server process, `off` leaves it to `engagement-widgets worker`.
        smtp_url: mail server that takes letters: `smtp://user:password@host:587` (STARTTLS), `smtps://…` (TLS), or
            `smtp://localhost:25?tls=none` on this machine. None sends no letters, and none are promised.
        mail_from: sender of letters: `Báo Vịnh Sao <binh-luan@bao.example>`.
        templates: directory whose files replace ours of the same name.
        page_csp: Content-Security-Policy of stand-alone pages in a host layout; None leaves it to the host.
    """

    model_config = SettingsConfigDict(env_prefix="ENGAGEMENT_", frozen=True, extra="forbid")

    database_url: str = "sqlite:///engagement.db"
    secret_keys: Annotated[tuple[str, ...], NoDecode] = Field(default=(), repr=False)
    site: str = Field(default="default", pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    site_name: str = Field(default="", max_length=100)
    origins: Annotated[tuple[str, ...], NoDecode] = ()
    public_url: str | None = None
    locale: str = "vi"
    timezone: str = "Asia/Ho_Chi_Minh"
    readers_sign_in: bool = False
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    insecure_http: bool = False
    moderation: Moderation = Moderation.PRE
    trust_after: int = Field(default=3, ge=1, le=100)
    close_after_days: int = Field(default=0, ge=0, le=36_500)
    checker_seconds: float = Field(default=2.0, gt=0, le=10)
    edit_window: int = Field(default=900, ge=0, le=86_400)
    edits_wait: bool = True
    undo_window: int = Field(default=600, ge=0, le=86_400)
    purge_after_days: int = Field(default=30, ge=0, le=36_500)
    page_size: int = Field(default=20, ge=1, le=100)
    reply_depth: int = Field(default=3, ge=1, le=6)
    reports_to_hold: int = Field(default=3, ge=0, le=1000)
    reports_hide: bool = False
    brake: bool = True
    alerts_to: Annotated[tuple[str, ...], NoDecode] = ()
    digest_hours: Annotated[tuple[Annotated[int, Field(ge=0, le=23)], ...], NoDecode] = (8,)
    case_deadline_hours: int = Field(default=24, ge=1, le=720)
    case_hides: bool = True
    rating_minimum: int = Field(default=3, ge=1, le=1000)
    captcha_level: CaptchaLevel = CaptchaLevel.NORMAL
    captcha_fonts: Path | None = None
    captcha_speech: bool = True
    captcha_voice: Path | None = None
    captcha_until: int = Field(default=2, ge=0, le=100)
    captcha_bound: bool = False
    captcha_work: int = Field(default=0, ge=0, le=MOST_WORK)
    captcha_picture: bool = True
    rating_note: bool = False
    rating_labels: RatingLabels = RatingLabels.SATISFACTION
    color_scheme: ColorScheme = ColorScheme.LIGHT
    cache_bytes: int = Field(default=64 * 1024 * 1024, ge=0)
    write_queue: int = Field(default=1024, ge=1, le=100_000)
    worker: Worker = Worker.THREAD
    smtp_url: str | None = Field(default=None, repr=False)
    mail_from: str = ""
    templates: Path | None = None
    page_csp: str | None = None

    def __init__(self, **values: object) -> None:
        try:
            super().__init__(**values)  # type: ignore[arg-type]  # pydantic checks them
        except ValidationError as error:
            raise SettingsError([_problem(item["loc"], item["msg"]) for item in error.errors()]) from None

    @classmethod
    def from_env(cls) -> Self:
        """Read `ENGAGEMENT_…` from the environment.

        Raises:
            SettingsError: with every problem at once.
        """
        return cls()

    @property
    def zone(self) -> ZoneInfo:
        """The zone of times on screen."""
        return ZoneInfo(self.timezone)

    @property
    def sends_letters(self) -> bool:
        """True where a mail server is set."""
        return self.smtp_url is not None

    @property
    def mail_server(self) -> MailServer | None:
        """Where letters are handed over."""
        return None if self.smtp_url is None else parse_mail_server(self.smtp_url)

    @property
    def mail_sender(self) -> Address:
        """Who letters are from."""
        return parse_sender(self.mail_from)

    @property
    def is_sqlite(self) -> bool:
        """True when the database is the embedded one."""
        return self.database_url.startswith("sqlite")

    @field_validator("secret_keys", "origins", "alerts_to", "digest_hours", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Lists come from the environment as comma-separated text."""
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("secret_keys")
    @classmethod
    def _long_enough(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(len(key) < MIN_KEY_LENGTH for key in value):
            raise ValueError(f"every key needs at least {MIN_KEY_LENGTH} characters")
        return value

    @field_validator("origins")
    @classmethod
    def _bare_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            scheme, _, host = origin.partition("://")
            if scheme not in {"http", "https"} or not host or "/" in host:
                raise ValueError(f"{origin!r} is no origin; write https://news.example")
        return value

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not (self.captcha_picture or self.captcha_work):
            raise ValueError("ENGAGEMENT_CAPTCHA_PICTURE=false needs ENGAGEMENT_CAPTCHA_WORK above 0")
        return self

    @model_validator(mode="after")
    def _can_send_letters(self) -> Self:
        if self.smtp_url is None:
            return self
        if self.public_url is None:
            raise ValueError("ENGAGEMENT_SMTP_URL needs ENGAGEMENT_PUBLIC_URL, for the links in letters")
        if not self.mail_from:
            raise ValueError("ENGAGEMENT_SMTP_URL needs ENGAGEMENT_MAIL_FROM, the sender of letters")
        return self

    @field_validator("smtp_url")
    @classmethod
    def _readable_server(cls, value: str | None) -> str | None:
        """The message names what is wrong, never the URL: it holds a password."""
        if value:
            parse_mail_server(value)
        return value or None

    @field_validator("mail_from")
    @classmethod
    def _one_sender(cls, value: str) -> str:
        if value:
            parse_sender(value)
        return value

    @field_validator("alerts_to")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(parse_sender(address).addr_spec for address in value)

    @field_validator("public_url")
    @classmethod
    def _absolute(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("write an absolute URL, such as https://news.example/engagement")
        return value.rstrip("/") if value else None

    @field_validator("locale")
    @classmethod
    def _known_locale(cls, value: str) -> str:
        if value not in LOCALES:
            raise ValueError(f"one of {', '.join(LOCALES)}")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{value!r} is no known time zone") from None
        return value


def _problem(location: tuple[int | str, ...], message: str) -> str:
    told = message.removeprefix("Value error, ")
    return f"ENGAGEMENT_{str(location[0]).upper()}: {told}" if location else told
