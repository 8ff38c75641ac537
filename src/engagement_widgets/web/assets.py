"""Style sheets and scripts: indexed at boot, one hash over all of them, so that they may be cached for a year.

The hash is a directory of the URL: modules that import each other by relative paths stay in one release.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from starlette.types import Receive, Scope, Send

from engagement_widgets.errors import NotFound
from engagement_widgets.web.i18n import SOURCE_LOCALE
from engagement_widgets.web.negotiation import route_path
from engagement_widgets.web.problem import MethodNotAllowed, send_problem
from engagement_widgets.web.representation import Representation
from engagement_widgets.web.urls import Urls

METHODS = frozenset({"GET", "HEAD"})
PACKAGE = Path(__file__).parent.parent
CONTENT_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}

_PATH = re.compile(r"/assets/([0-9a-f]{1,64})/(.+)")


class Assets:
    """Serves every file below a package's `static/engagement/`, from memory.

    The release's own hash is immutable for a year; HTML of another release gets this release's file of the same
    name, to be asked for again each time.
    """

    def __init__(self, urls: Urls) -> None:
        self._urls = urls
        files = {name: (path.suffix, path.read_bytes()) for name, path in sorted(static_files().items())}
        self.hash = _hash(files)
        self._current = _represent(files, b"public, max-age=31536000, immutable")
        self._other = _represent(files, b"public, no-cache")

    def url(self, name: str) -> str:
        """The address of a file, such as `base.css`.

        Raises:
            LookupError: when there is no such file, before a page without its styles goes out.
        """
        if name not in self._current:
            raise LookupError(f"there is no asset {name!r}")
        return self._urls.path(f"/assets/{self.hash}/{name}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET and HEAD of `/assets/{hash}/{name}`."""
        del receive
        if scope["method"] not in METHODS:
            await send_problem(scope, send, MethodNotAllowed(METHODS), SOURCE_LOCALE)
            return
        match = _PATH.fullmatch(route_path(scope))
        stored = self._current if match and match[1] == self.hash else self._other
        found = stored.get(match[2]) if match else None
        if found is None:
            await send_problem(scope, send, NotFound("unknown_address"), SOURCE_LOCALE)
        else:
            for message in found.answer(scope):
                await send(message)


def static_files() -> dict[str, Path]:
    """Every file of every package by its name in URLs.

    Raises:
        ValueError: when two packages have a file of the same name.
    """
    found: dict[str, Path] = {}
    for root in sorted(PACKAGE.glob("*/static/engagement")):
        for path in root.rglob("*"):
            if path.is_file() and path.suffix in CONTENT_TYPES:
                name = path.relative_to(root).as_posix()
                if name in found:
                    raise ValueError(f"two files are called {name}")
                found[name] = path
    return found


def _hash(files: Mapping[str, tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, (_, content) in files.items():
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def _represent(files: Mapping[str, tuple[str, bytes]], caching: bytes) -> dict[str, Representation]:
    headers = ((b"cache-control", caching), (b"x-content-type-options", b"nosniff"))
    return {
        name: Representation(content, content_type=CONTENT_TYPES[suffix], headers=headers)
        for name, (suffix, content) in files.items()
    }
