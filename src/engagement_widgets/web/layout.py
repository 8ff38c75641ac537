"""The look around our stand-alone pages: our own, or the host's from one HTML file."""

import re
from pathlib import Path

import anyio
from markupsafe import Markup, escape
from starlette.requests import Request

from engagement_widgets.errors import MountError
from engagement_widgets.web.templating import Templates

MARKERS = ("title", "head", "body")

_MARKER = re.compile(r"<!-- engagement:(title|head|body) -->")


class DefaultLayout:
    """Our own page, `engagement/layout.html`, under our own Content-Security-Policy."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    async def __call__(self, request: Request, /, *, title: str, head: Markup, body: Markup, locale: str) -> str:
        """One whole document."""
        del request
        return self._templates.render("engagement/layout.html", locale, title=title, head=head, body=body)


class HtmlFileLayout:
    """A page of the host as one HTML file, for hosts in another language and for static sites.

    The file holds each of `<!-- engagement:title -->`, `<!-- engagement:head -->` and
    `<!-- engagement:body -->` once. It is read at first use and kept.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._parts: list[str] | None = None

    async def __call__(self, request: Request, /, *, title: str, head: Markup, body: Markup, locale: str) -> str:
        """One whole document.

        Raises:
            MountError: when the file cannot be read or lacks a marker.
        """
        del request, locale
        if self._parts is None:
            self._parts = await anyio.to_thread.run_sync(self._read)
        # One pass over the file's own parts: a marker inside a title or a body is never taken for ours.
        values = {"title": escape(title), "head": head, "body": body}
        return "".join(values[part] if index % 2 else part for index, part in enumerate(self._parts))

    def _read(self) -> list[str]:
        try:
            text = self._path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise MountError(f"The layout {self._path} cannot be read: {error}") from None
        parts = _MARKER.split(text)
        if sorted(parts[1::2]) != sorted(MARKERS):
            wanted = ", ".join(f"<!-- engagement:{name} -->" for name in MARKERS)
            raise MountError(f"The layout {self._path} must hold each of these once: {wanted}")
        return parts
