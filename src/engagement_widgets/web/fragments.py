"""Fragments: the public output of a widget as bytes that are the same for everyone.

Served as plain ASGI ahead of any router. A warm answer costs one look at the change feed and one look-up.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import pydantic_core
from starlette.types import Receive, Scope, Send

from engagement_widgets.errors import EngagementError, Malformed, NotFound
from engagement_widgets.settings import LOCALES, Settings
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.web.forms import parse_pairs
from engagement_widgets.web.fragment_cache import Build, FragmentCache
from engagement_widgets.web.freshness import Freshness
from engagement_widgets.web.negotiation import route_path
from engagement_widgets.web.problem import MethodNotAllowed, send_problem
from engagement_widgets.web.representation import Representation
from engagement_widgets.web.templating import Templates

V = TypeVar("V")
Format = Literal["html", "json", "atom"]

LINKS = "links"
RECENT = "recent"
CONTENT_TYPES: Mapping[Format, str] = {
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "atom": "application/atom+xml",
}
HEADERS = (
    # A browser asks each time and gets 304; without it, it would keep showing the old figures.
    (b"cache-control", b"public, no-cache"),
    (b"cdn-cache-control", b"max-age=60, stale-while-revalidate=600"),
    (b"x-content-type-options", b"nosniff"),
)
METHODS = frozenset({"GET", "HEAD"})
BUILDERS = 4

_PATH = re.compile(
    r"/fragments/(?:(?P<page>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/(?P<widget>[a-z_]+)"
    r"|links/(?P<name>[A-Za-z0-9_-]{1,64})|(?P<recent>recent)/comments)\.(?P<format>html|json)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FragmentQuery:
    """What one fragment shows.

    Attributes:
        site: the site.
        page_id: the page, or None for links and recent comments.
        name: the group of links, or None for a page's widget.
        locale: language of the markup.
        params: what else the address says; only names the spec allows.
    """

    site: str
    page_id: UUID | None = None
    name: str | None = None
    locale: str
    params: Mapping[str, str] = field(default_factory=dict)


def no_check(query: FragmentQuery) -> None:
    """Accept every query: for widgets without parameters."""
    del query


@dataclass(frozen=True, slots=True, kw_only=True)
class FragmentSpec(Generic[V]):
    """How a slice makes its fragments.

    Attributes:
        widget: the name in the address.
        load: a unit that reads everything from the transaction and the query.
        template: rendered with `view` (what `load` returned) and `query`.
        to_json: the view as plain values.
        topics: what of the change feed makes a fragment of this query old.
        params: names a query may carry beside `locale`.
        check: raises `Malformed` for values that cannot be.
        to_atom: the view as an Atom feed, where there is one.
    """

    widget: str
    load: Callable[[Tx, FragmentQuery], V]
    template: str
    to_json: Callable[[V], object]
    topics: Callable[[FragmentQuery], tuple[str, ...]]
    params: frozenset[str] = frozenset()
    check: Callable[[FragmentQuery], None] = no_check
    to_atom: Callable[[V], bytes] | None = None


class FragmentServer:
    """Builds fragments once, keeps them until a topic of theirs changes, and answers for them."""

    def __init__(
        self,
        settings: Settings,
        storage: Storage,
        templates: Templates,
        specs: Sequence[FragmentSpec[Any]],
        shown_page: Callable[[UUID], UUID] = lambda page_id: page_id,
    ) -> None:
        self._settings = settings
        self._shown_page = shown_page
        self._storage = storage
        self._templates = templates
        self._specs = {spec.widget: spec for spec in specs}
        self._cache = FragmentCache(settings.cache_bytes)
        self._freshness = Freshness(storage.poll)
        self._executor = ThreadPoolExecutor(BUILDERS, thread_name_prefix="engagement-fragments")
        storage.on_change(self.drop)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET and HEAD below `/fragments/`."""
        del receive
        try:
            if not self._freshness.holds():
                await self._freshness.renew()
            found = self._cache.at((scope["path"], scope["query_string"]))
            if found is None or scope["method"] not in METHODS:
                found = await self._cold(scope)
        except EngagementError as error:
            await send_problem(scope, send, error, self._settings.locale)
        else:
            start, body = found.answer(scope)
            await send(start)
            await send(body)

    async def get(self, widget: str, query: FragmentQuery, format: Format) -> Representation:  # noqa: A002
        """A fragment, stored or built now; `.body` is its bytes. The caller has polled the change feed.

        Raises:
            Malformed: for a query the spec refuses.
            EngagementError: whatever `load` raises.
        """
        key = _key(widget, query, format)
        if (found := self._cache.get(key)) is not None:
            return found
        # shielded: one reader who goes away must not cancel the build for the others
        return await asyncio.shield(asyncio.wrap_future(self._start(widget, query, format)))

    def get_sync(self, widget: str, query: FragmentQuery, format: Format) -> Representation:  # noqa: A002
        """The same for hosts without an event loop."""
        found = self._cache.get(_key(widget, query, format))
        return self._start(widget, query, format).result() if found is None else found

    def drop(self, topics: frozenset[str]) -> None:
        """Forget what these topics have made old. Called from any thread."""
        self._cache.drop(topics)

    async def _cold(self, scope: Scope) -> Representation:
        if scope["method"] not in METHODS:
            raise MethodNotAllowed(METHODS)
        widget, query, format_ = self._parse(route_path(scope), scope["query_string"])
        found = await self.get(widget, query, format_)
        self._cache.remember((scope["path"], scope["query_string"]), _key(widget, query, format_), found)
        return found

    def _parse(self, path: str, raw_query: bytes) -> tuple[str, FragmentQuery, Format]:
        match = _PATH.fullmatch(path)
        if match is None:
            raise NotFound("unknown_address")
        widget = LINKS if match["name"] else match["recent"] or match["widget"]
        spec = self._specs.get(widget)
        if spec is None or (widget in {LINKS, RECENT} and match["page"]):
            raise NotFound("unknown_address")
        params = parse_pairs(raw_query)
        locale = params.pop("locale", self._settings.locale)
        if locale not in LOCALES:
            raise Malformed("unknown_locale")
        if not spec.params.issuperset(params):
            raise Malformed("unknown_parameter")
        query = FragmentQuery(
            site=self._settings.site,
            page_id=self._shown_page(UUID(match["page"])) if match["page"] else None,
            name=match["name"],
            locale=locale,
            params=params,
        )
        return widget, query, "html" if match["format"] == "html" else "json"

    def _start(self, widget: str, query: FragmentQuery, format_: Format) -> "Future[Representation]":
        spec = self._specs[widget]
        spec.check(query)
        build, mine = self._cache.begin(_key(widget, query, format_), spec.topics(query))
        if mine:
            self._executor.submit(self._run, build, spec, query, format_)
        return build.future

    def _run(self, build: Build, spec: FragmentSpec[Any], query: FragmentQuery, format_: Format) -> None:
        try:
            made = self._make(spec, query, format_)
        except BaseException as error:  # noqa: BLE001  (whatever it was, those who wait are told)
            self._cache.fail(build, error)
        else:
            self._cache.finish(build, made)

    def _make(self, spec: FragmentSpec[V], query: FragmentQuery, format_: Format) -> Representation:
        view = self._storage.read_sync(spec.load, query)
        if format_ == "json":
            body = pydantic_core.to_json(spec.to_json(view))
        elif format_ == "atom" and spec.to_atom is not None:
            body = spec.to_atom(view)
        else:
            body = self._templates.render(spec.template, query.locale, view=view, query=query).encode()
        return Representation(body, content_type=CONTENT_TYPES[format_], headers=HEADERS)


def _key(widget: str, query: FragmentQuery, format_: Format) -> str:
    """Names one fragment. Text, because its hash is computed once and each warm answer needs it."""
    said = urlencode([("locale", query.locale), *sorted(query.params.items())])
    return f"{query.page_id or LINKS}/{query.name or ''}/{widget}.{format_}?{said}"
