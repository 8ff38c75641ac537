"""Puts the parts of one instance together, in a thread, at boot."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from engagement_widgets.app import health, reader
from engagement_widgets.app.delivery import Delivery
from engagement_widgets.app.keys import signing_keys
from engagement_widgets.app.own_captcha import own_captcha
from engagement_widgets.app.policy import SettingsPolicy
from engagement_widgets.app.postman import postman
from engagement_widgets.captcha import api as captcha_api
from engagement_widgets.captcha import messages as captcha_messages
from engagement_widgets.captcha import routes as captcha_routes
from engagement_widgets.comments import api as comments_api
from engagement_widgets.comments import feed_routes, receipts_api, recent_api, recent_fragments, search_api
from engagement_widgets.comments import fragments as comments_fragments
from engagement_widgets.comments import messages as comments_messages
from engagement_widgets.comments import routes as comments_routes
from engagement_widgets.comments.cases import api as cases_api
from engagement_widgets.comments.likes import api as likes_api
from engagement_widgets.comments.reports import api as reports_api
from engagement_widgets.comments.rules.checkers import BoundedChecker
from engagement_widgets.comments.trust import Trust, is_trusted
from engagement_widgets.desk import api as desk_api
from engagement_widgets.desk import authors_api, blocks_api, holding_api, masking_api, pages_api, pins_api, rules_api
from engagement_widgets.desk import cases_api as desk_cases_api
from engagement_widgets.desk import messages as desk_messages
from engagement_widgets.desk import routes as desk_routes
from engagement_widgets.errors import SettingsError
from engagement_widgets.hooks import (
    Authorizer,
    CaptchaProvider,
    Clock,
    HostUser,
    Identity,
    Layout,
    PagePolicy,
    Purger,
    SpamChecker,
)
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.links import api as links_api
from engagement_widgets.links import fragments as links_fragments
from engagement_widgets.links import messages as links_messages
from engagement_widgets.links import routes as links_routes
from engagement_widgets.pages.states import PageStates
from engagement_widgets.ratings import api as ratings_api
from engagement_widgets.ratings import fragments as ratings_fragments
from engagement_widgets.ratings import messages as ratings_messages
from engagement_widgets.ratings import ranking_api
from engagement_widgets.ratings import routes as ratings_routes
from engagement_widgets.settings import Settings, Worker
from engagement_widgets.storage.units import Storage
from engagement_widgets.web import messages, openapi
from engagement_widgets.web.assets import Assets
from engagement_widgets.web.context import Context, Spares, spare_nobody
from engagement_widgets.web.fragments import FragmentServer, FragmentSpec
from engagement_widgets.web.guard import Guard
from engagement_widgets.web.layout import DefaultLayout
from engagement_widgets.web.negotiation import route_path
from engagement_widgets.web.routing import router
from engagement_widgets.web.templating import Templates
from engagement_widgets.web.throttle import Throttle
from engagement_widgets.web.urls import Urls

API = (
    *reader.API,
    *ratings_api.API,
    *ranking_api.API,
    *comments_api.API,
    *receipts_api.API,
    *recent_api.API,
    *search_api.API,
    *captcha_api.API,
    *links_api.API,
    *desk_api.API,
    *masking_api.API,
    *pins_api.API,
    *pages_api.API,
    *likes_api.API,
    *reports_api.API,
    *cases_api.API,
    *desk_cases_api.API,
    *rules_api.API,
    *blocks_api.API,
    *holding_api.API,
    *authors_api.API,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """What the host gave: settings and hooks, before anything is opened.

    Raises:
        SettingsError: when they cannot work together.
    """

    settings: Settings
    clock: Clock
    identity: Identity | None
    authorizer: Authorizer | None
    policy: PagePolicy | None
    layout: Layout | None
    purger: Purger | None
    captcha: CaptchaProvider | None
    spam_checkers: tuple[SpamChecker, ...]

    def __post_init__(self) -> None:
        if self.purger is not None and self.settings.public_url is None:
            raise SettingsError(["ENGAGEMENT_PUBLIC_URL: a Purger needs it, to name the URLs it purges"])

    def public_base(self) -> str | None:
        """The path of the mount as `public_url` tells it."""
        public_url = self.settings.public_url
        return None if public_url is None else urlsplit(public_url).path


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """One booted instance."""

    context: Context
    app: ASGIApp
    delivery: Delivery

    def close(self) -> None:
        """Stop the threads, close the database."""
        self.delivery.stop()
        self.context.storage.close()


def assemble(assembly: Assembly, base: str) -> Parts:
    """Boot: open the database (migrating SQLite), read templates and assets, build the routes. Blocking."""
    for table in (ratings_messages, comments_messages, captcha_messages, links_messages, desk_messages):
        messages.register(table.MESSAGES)
    storage = make_storage(assembly.settings, assembly.clock)
    storage.boot()
    try:
        context = make_context(assembly, storage, base)
        app = Front(context)
    except BaseException:
        storage.close()
        raise
    parts = Parts(context=context, app=app, delivery=Delivery(context, assembly.purger, postman(context)))
    if assembly.settings.worker is Worker.THREAD:
        parts.delivery.start()
    return parts


def make_storage(settings: Settings, clock: Clock) -> Storage:
    """The storage these settings name; nothing is opened yet."""
    return Storage(url=settings.database_url, site=settings.site, clock=clock, write_queue=settings.write_queue)


def make_context(assembly: Assembly, storage: Storage, base: str) -> Context:
    """Every part a route is handed."""
    settings = assembly.settings
    secrets = Secrets(signing_keys(settings))
    urls = Urls(base, settings.public_url)
    assets = Assets(urls)
    templates = Templates(settings, assets, urls)
    states = PageStates(storage)
    specs: tuple[FragmentSpec[Any], ...] = (
        *ratings_fragments.specs(settings),
        *comments_fragments.specs(settings, secrets),
        *recent_fragments.specs(settings, urls),
        *links_fragments.specs(settings),
    )
    return Context(
        settings=settings,
        clock=assembly.clock,
        storage=storage,
        secrets=secrets,
        urls=urls,
        templates=templates,
        fragments=FragmentServer(settings, storage, templates, specs, states.shown),
        assets=assets,
        throttle=Throttle(),
        identity=assembly.identity or _nobody,
        policy=assembly.policy or SettingsPolicy(settings, storage, states),
        layout=assembly.layout or DefaultLayout(templates),
        captcha=assembly.captcha or own_captcha(settings, storage, secrets, assembly.clock),
        authorizer=assembly.authorizer,
        spares=_spares(storage, settings.captcha_until),
        spam_checkers=tuple(
            BoundedChecker(checker, seconds=settings.checker_seconds, clock=assembly.clock)
            for checker in assembly.spam_checkers
        ),
        shown_page=states.shown,
    )


class Front:
    """The order in which a request meets us: fragments and assets as plain ASGI, then the guard, then the routes."""

    def __init__(self, context: Context) -> None:
        self._fragments = context.fragments
        self._assets = context.assets
        self._guarded = Guard(router(context, every_route(context)), context)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer one request below the mount; not a coroutine itself, which would be one more to run for each."""
        path = route_path(scope)
        if path.startswith("/fragments/"):
            return self._fragments(scope, receive, send)
        if path.startswith("/assets/"):
            return self._assets(scope, receive, send)
        return self._guarded(scope, receive, send)


def _spares(storage: Storage, approved: int) -> Spares:
    async def spares(reader: str, /) -> bool:
        return await storage.read(is_trusted, Trust(reader=reader, approved=approved))

    return spares if approved else spare_nobody


async def _nobody(request: Request, /) -> HostUser | None:
    """The default `Identity`: the host has no signed-in readers."""
    del request
    return None


def every_route(context: Context) -> list[BaseRoute]:
    """Every route behind the guard, in the order they are tried."""
    return [
        *ratings_routes.routes(context),
        *comments_routes.routes(context),
        *feed_routes.routes(context),
        *captcha_routes.routes(context),
        *links_routes.routes(context),
        *reader.routes(context),
        *openapi.routes_of(context, API),
        *desk_routes.routes(context),
        *health.routes(context),
    ]
