"""The store behind fragments: least recently used out first, bounded in bytes, exact about what has changed.

Safe from every thread: changes are told by the writer's thread while event loops read.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from concurrent.futures import Future
from typing import TypeVar

from engagement_widgets.web.representation import Representation

EVERYTHING = "*"
LIMIT_ADDRESSES = 8

V = TypeVar("V")
Address = tuple[str, bytes]


class Build:
    """One fragment in the making. `stale` once a topic of it was dropped: then it is served, and not stored."""

    __slots__ = ("future", "key", "stale", "topics")

    def __init__(self, key: str, topics: tuple[str, ...]) -> None:
        self.key = key
        self.topics = topics
        self.stale = False
        self.future: Future[Representation] = Future()


class _Entry:
    __slots__ = ("addresses", "made", "topics")

    def __init__(self, made: Representation, topics: tuple[str, ...]) -> None:
        self.made = made
        self.topics = topics
        self.addresses: list[Address] = []


class FragmentCache:
    """Finished fragments by key and by address, and those being built.

    Args:
        limit_bytes: upper bound of everything stored, headers and tags included.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._lock = threading.Lock()
        self._bytes = 0
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._addresses: dict[Address, str] = {}
        self._stored: defaultdict[str, set[str]] = defaultdict(set)
        self._builds: dict[str, Build] = {}
        self._building: defaultdict[str, set[Build]] = defaultdict(set)

    def get(self, key: str) -> Representation | None:
        """The stored fragment of this key."""
        with self._lock:
            if (entry := self._entries.get(key)) is None:
                return None
            self._entries.move_to_end(key)
            return entry.made

    def at(self, address: Address) -> Representation | None:
        """The stored fragment that answered this very path and query string before."""
        with self._lock:
            if (key := self._addresses.get(address)) is None:
                return None
            self._entries.move_to_end(key)
            return self._entries[key].made

    def remember(self, address: Address, key: str, made: Representation) -> None:
        """Answer this address without parsing it from now on, as long as the fragment is stored.

        A few spellings a fragment only: escapes can be written in endless ways, and each would take memory.
        """
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None and entry.made is made and len(entry.addresses) < LIMIT_ADDRESSES:
                entry.addresses.append(address)
                self._addresses[address] = key

    def begin(self, key: str, topics: tuple[str, ...]) -> tuple[Build, bool]:
        """The build of this key to wait for, and whether it is new and the caller's to run.

        Its topics are registered before it reads anything, so no change can fall between reading and storing.
        """
        with self._lock:
            if (running := self._builds.get(key)) is not None:
                return running, False
            build = self._builds[key] = Build(key, topics)
            for topic in topics:
                self._building[topic].add(build)
            return build, True

    def finish(self, build: Build, made: Representation) -> None:
        """Store what was built, unless it went stale meanwhile, and hand it to everybody who waits."""
        with self._lock:
            self._forget(build)
            if not build.stale and made.size <= self._limit:
                self._store(build, made)
        build.future.set_result(made)

    def fail(self, build: Build, error: BaseException) -> None:
        """Tell everybody who waits; the next to ask builds again."""
        with self._lock:
            self._forget(build)
        build.future.set_exception(error)

    def drop(self, topics: Iterable[str]) -> None:
        """Forget every fragment of these topics, and let nobody join a build that has begun before now."""
        with self._lock:
            chosen = set(topics)
            if EVERYTHING in chosen:
                chosen = set(self._stored) | set(self._building)
            for topic in chosen:
                for key in tuple(self._stored.get(topic, ())):
                    self._remove(key)
                for build in tuple(self._building.get(topic, ())):
                    build.stale = True
                    self._forget(build)

    def _store(self, build: Build, made: Representation) -> None:
        if build.key in self._entries:
            self._remove(build.key)
        self._entries[build.key] = _Entry(made, build.topics)
        self._bytes += made.size
        for topic in build.topics:
            self._stored[topic].add(build.key)
        while self._bytes > self._limit:
            self._remove(next(iter(self._entries)))

    def _remove(self, key: str) -> None:
        entry = self._entries.pop(key)
        self._bytes -= entry.made.size
        for address in entry.addresses:
            self._addresses.pop(address, None)
        for topic in entry.topics:
            _discard(self._stored, topic, key)

    def _forget(self, build: Build) -> None:
        if self._builds.get(build.key) is build:
            del self._builds[build.key]
        for topic in build.topics:
            _discard(self._building, topic, build)


def _discard(index: dict[str, set[V]], topic: str, item: V) -> None:
    """Take an item out, and the topic with its last item, or the index would grow with every page ever read."""
    if (items := index.get(topic)) is not None:
        items.discard(item)
        if not items:
            del index[topic]
