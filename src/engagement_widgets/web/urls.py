"""Addresses below the mount. Never `request.url_for`: inside a mounted app the host's router would answer."""

from urllib.parse import quote, urlencode


class Urls:
    """Builds every address this library prints.

    Args:
        base: path of the mount as browsers see it, without a trailing slash: "" or "/engagement".
        public_url: absolute URL of the mount, when the site has told it.
    """

    def __init__(self, base: str, public_url: str | None = None) -> None:
        self.base = base.rstrip("/")
        self._public_url = public_url

    def path(self, path: str, /, **query: object) -> str:
        """The path of `/ratings` with the mount in front; query values that are None are left out."""
        return self.base + _with_query(path, query)

    def absolute(self, path: str, /, **query: object) -> str | None:
        """The same as an absolute URL, or None where `public_url` is not set."""
        return None if self._public_url is None else self._public_url + _with_query(path, query)

    def public(self, path: str, /, **query: object) -> str:
        """The absolute URL where `public_url` is set, else the path: for what is read away from our pages."""
        return self.absolute(path, **query) or self.path(path, **query)


def _with_query(path: str, query: dict[str, object]) -> str:
    pairs = {name: str(value) for name, value in query.items() if value is not None}
    quoted = quote(path, safe="/:@!$&'()*+,;=~-._")
    return f"{quoted}?{urlencode(pairs)}" if pairs else quoted
