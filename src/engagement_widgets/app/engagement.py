"""The composition root: settings and hooks in, one ASGI application and the host's widgets out."""

import logging
import os
import weakref
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import anyio
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from engagement_widgets.app.assembly import Assembly, assemble
from engagement_widgets.app.boot import Boot
from engagement_widgets.app.compose import Widgets, compose
from engagement_widgets.app.counts import Counts, counts_of
from engagement_widgets.app.health import health_response
from engagement_widgets.app.host_captcha import HostCaptcha
from engagement_widgets.app.mounting import Wrapped, check_prefix, install
from engagement_widgets.app.pages import Pages
from engagement_widgets.app.recent import RecentWidget, compose_recent
from engagement_widgets.comments.recent import parse_recent, recent_comments
from engagement_widgets.comments.recent_views import RecentComment
from engagement_widgets.errors import MountError
from engagement_widgets.hooks import (
    Authorizer,
    CaptchaProvider,
    Clock,
    Identity,
    Layout,
    Page,
    PagePolicy,
    Purger,
    SpamChecker,
)
from engagement_widgets.kernel.clock import SystemClock
from engagement_widgets.pages.reference import checked_key, page_id
from engagement_widgets.ratings.periods import Period
from engagement_widgets.ratings.ranking import RatedPage, parse_ranking, top_rated
from engagement_widgets.settings import Settings
from engagement_widgets.web.context import Context

log = logging.getLogger("engagement_widgets")


class Engagement:
    """One set of widgets for one site.

    Constructing validates and opens nothing; the first request, `lifespan()` or `widgets()` boots it, once per
    process. Nothing needs an orderly shutdown.

    Args:
        settings: see `Settings`.
        identity: tells which of the host's users sent a request; default: nobody is signed in.
        authorizer: the host's own people at the desk, instead of our accounts.
        policy: which pages are open, and when comments are held; default: the settings, every page open.
        layout: the host's look for our stand-alone pages.
        purger: drops changed URLs from a cache in front of the site; needs `public_url`.
        captcha: another challenge than the image.
        spam_checkers: judge comments from outside before they are stored; each has `checker_seconds`.
        clock: the time, for tests.

    Attributes:
        captcha: the captcha for the host's own forms.
        pages: what the host does to whole articles: update, close, rename, merge, withdraw.

    Raises:
        SettingsError: when the settings and hooks cannot work together.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        identity: Identity | None = None,
        authorizer: Authorizer | None = None,
        policy: PagePolicy | None = None,
        layout: Layout | None = None,
        purger: Purger | None = None,
        captcha: CaptchaProvider | None = None,
        spam_checkers: Sequence[SpamChecker] = (),
        clock: Clock | None = None,
    ) -> None:
        self.settings = settings
        self._assembly = Assembly(
            settings=settings,
            identity=identity,
            authorizer=authorizer,
            policy=policy,
            layout=layout,
            purger=purger,
            captcha=captcha,
            spam_checkers=tuple(spam_checkers),
            clock=clock or SystemClock(),
        )
        self._base = self._assembly.public_base()
        self._mounted = False
        self._boot = Boot(lambda: assemble(self._assembly, self._known_base()))
        self.captcha = HostCaptcha(self._context)
        self.pages = Pages(self._context)
        _survive_forks(self)

    def install(self, app: Starlette, prefix: str) -> None:
        """Mount under `prefix` as the first routes of a Starlette or FastAPI app, with our lifespan around its own.

        Raises:
            MountError: for a bad prefix, or when this instance is mounted already.
        """
        self._mount(prefix)
        install(self, app, check_prefix(prefix))

    def wrap(self, app: ASGIApp, prefix: str) -> ASGIApp:
        """Any ASGI app, with the mount answering below `prefix` and our boot in its lifespan.

        Raises:
            MountError: for a bad prefix, or when this instance is mounted already.
        """
        self._mount(prefix)
        return Wrapped(self, app, check_prefix(prefix))

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Boot on entry, close on exit. A failed boot is logged and tried again by the next request."""
        try:
            if self._base is not None:  # else it is mounted bare or at the root, and its first request tells the path
                await self._boot.get()
        except Exception:
            log.exception("engagement_widgets could not boot; the next request tries again")
        try:
            yield
        finally:
            await anyio.to_thread.run_sync(self.close)

    def boot(self) -> Context:
        """Boot now, blocking, and hand out the parts: for scripts that call the services, and for tests.

        Raises:
            Exception: whatever stands in the way, such as `SchemaError`.
        """
        return self._boot.get_sync().context

    def deliver(self) -> None:
        """Boot, blocking, and deliver the outbox in a thread of this process, whatever `worker` says.

        Raises:
            Exception: whatever stands in the way, such as `SchemaError`.
        """
        self._boot.get_sync().delivery.start()

    def close(self) -> None:
        """Stop the threads and close the database. The next use boots again."""
        booted = self._boot.value
        self._boot.clear()
        if booted is not None:
            booted.close()

    async def widgets(self, page: Page) -> Widgets:
        """The markup of every widget for one article: the same bytes for every reader.

        Raises:
            Invalid: when the page's key, URL, title or section cannot be stored.
            MountError: when the instance is mounted bare and no request has told its prefix yet.
        """
        self._known_base()
        parts = await self._boot.get()
        context = parts.context
        await context.storage.poll()
        return await compose(context, page)

    async def counts(self, keys: Sequence[str]) -> dict[str, Counts]:
        """Comments and ratings of many pages by their keys, for a front page; zeros where nobody has written.

        Raises:
            Invalid: when a key cannot be one.
        """
        context = (await self._boot.get()).context
        site = context.settings.site
        ids = {key: page_id(site, checked_key(key)) for key in keys}
        found = await counts_of(context, ids.values())
        return {key: found[identity] for key, identity in ids.items()}

    async def top_rated(
        self, *, section: str | None = None, period: str = Period.ALL, limit: int = 10
    ) -> tuple[RatedPage, ...]:
        """The best rated pages, best first, by the Bayesian mean of the period's votes; beside each its true figures.

        Args:
            section: of these pages alone, "" for those without one; None for the whole site.
            period: `all`, `month` or `week`: votes first cast since the first of this month, or since Monday.
            limit: at most so many, 1–100.

        Raises:
            Invalid: naming each of them that cannot be.
        """
        context = (await self._boot.get()).context
        minimum = context.settings.rating_minimum
        query = parse_ranking(section=section, period=period, limit=limit, today=context.today(), minimum=minimum)
        return await context.storage.read(top_rated, query)

    async def recent_comments(self, *, section: str | None = None, limit: int = 10) -> tuple[RecentComment, ...]:
        """The newest public comments, newest first.

        Args:
            section: of its pages alone, "" for those without one; None for the whole site.
            limit: at most so many, 1–50.

        Raises:
            Invalid: naming each of them that cannot be.
        """
        query = parse_recent(section=section, limit=limit)
        return await (await self._boot.get()).context.storage.read(recent_comments, query)

    async def recent_widget(
        self, *, section: str | None = None, limit: int = 10, locale: str | None = None, heading: int = 2
    ) -> RecentWidget:
        """The same as markup for a front page or a sidebar, the same bytes for every reader, kept until one changes.

        Args: section and limit as of `recent_comments`; locale of our words, None for the site's; heading, level 2–6.

        Raises:
            Invalid: naming section or limit.
            ValueError: another heading.
        """
        query = parse_recent(section=section, limit=limit)
        context = await self._context()
        await context.storage.poll()
        return await compose_recent(context, query, locale=locale, heading=heading)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; as a root application, also the server's lifespan messages."""
        booted = self._boot.value
        if booted is not None and self._base is not None and scope["type"] == "http":  # nearly all: ask nothing else
            await booted.app(scope, receive, send)
            return
        if scope["type"] == "lifespan":
            await Starlette(lifespan=lambda _: self.lifespan())(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        if self._base is None:
            self._base = scope.get("root_path", "").rstrip("/")
        parts = self._boot.value
        if parts is None:
            try:
                parts = await self._boot.get()
            except Exception as error:  # noqa: BLE001  (told to the visitor and to /health; the next request retries)
                await health_response(error)(scope, receive, send)
                return
        await parts.app(scope, receive, send)

    async def _context(self) -> Context:
        self._known_base()
        return (await self._boot.get()).context

    def _mount(self, prefix: str) -> None:
        if self._boot.value is not None:
            raise MountError("Mount before the first request: this instance has booted already.")
        if self._mounted:
            raise MountError("This instance is mounted already; make another Engagement for another mount.")
        prefix = check_prefix(prefix)
        self._mounted = True
        if self._base is None:
            self._base = prefix

    def _known_base(self) -> str:
        if self._base is None:
            raise MountError(
                "The path of the mount is not known yet: use install() or wrap(), or set ENGAGEMENT_PUBLIC_URL."
            )
        return self._base

    def _before_fork(self) -> None:
        if self._boot.value is not None:
            self._boot.value.context.storage.before_fork()

    def _after_fork_in_parent(self) -> None:
        if self._boot.value is not None:
            self._boot.value.context.storage.after_fork_in_parent()

    def _after_fork_in_child(self) -> None:
        booted = self._boot.value
        self._boot.clear()
        if booted is not None:
            booted.context.storage.after_fork_in_child()


def _survive_forks(engagement: Engagement) -> None:
    """Engines, threads and locks do not survive a fork: the parent's are shut around it, a child boots its own.

    Python keeps what is registered here for good, so it must not keep the instance alive.
    """
    reference = weakref.ref(engagement)

    def tell(method: Callable[[Engagement], None]) -> Callable[[], None]:
        def told() -> None:
            if (alive := reference()) is not None:
                method(alive)

        return told

    os.register_at_fork(
        before=tell(Engagement._before_fork),  # noqa: SLF001  (same module)
        after_in_parent=tell(Engagement._after_fork_in_parent),  # noqa: SLF001
        after_in_child=tell(Engagement._after_fork_in_child),  # noqa: SLF001
    )
