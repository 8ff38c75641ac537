"""The guard's table: which combinations of headers prove that one of the site's own pages asked."""

import itertools
from collections.abc import Callable

import pytest
from starlette.requests import Request

from engagement_widgets.settings import Settings
from engagement_widgets.web.guard import is_trusted, trusted_origins

MakeRequest = Callable[..., Request]

ORIGINS = frozenset({b"https://news.example"})
SITES = (None, "same-origin", "same-site", "cross-site", "none")
SENT_ORIGINS = (
    None,
    "https://news.example",
    "HTTPS://News.Example",
    "http://news.example",
    "https://news.example:8443",
    "https://news.example.evil.example",
    "https://evil.example",
    "null",
)
COOKIES = (None, "ew_reader=x", "other=1")
PATHS = ("/comments", "/desk", "/desk/sign-in", "/api/v1/comments", "/desktop")


def _expected(site: str | None, origin: str | None, cookie: str | None, path: str) -> bool:
    """Design §7, written down once more and apart from the code."""
    if site == "same-origin":
        return True
    if origin in {"https://news.example", "HTTPS://News.Example"}:
        return True
    return (site, origin, cookie) == (None, None, None) and path not in {"/desk", "/desk/sign-in"}


@pytest.mark.parametrize("root_path", ["", "/engagement"])
def test_every_combination_follows_the_table(make_request: MakeRequest, root_path: str) -> None:
    """Sec-Fetch-Site × Origin × cookie × path, with and without a mount."""
    for site, origin, cookie, path in itertools.product(SITES, SENT_ORIGINS, COOKIES, PATHS):
        sent = (("Sec-Fetch-Site", site), ("Origin", origin), ("Cookie", cookie))
        headers = [(name, value) for name, value in sent if value is not None]
        request = make_request(path=path, root_path=root_path, headers=headers)
        assert is_trusted(request.scope, ORIGINS) is _expected(site, origin, cookie, path), (headers, path)


@pytest.mark.parametrize("host", ["evil.example", "news.example", "", "127.0.0.1"])
def test_the_host_header_proves_nothing(make_request: MakeRequest, host: str) -> None:
    """An Origin that equals Host is refused, one that differs from it passes, when the settings say so."""
    same = [("Host", host), ("Origin", f"https://{host}"), ("X-Forwarded-Host", host)]
    assert is_trusted(make_request(headers=same).scope, frozenset()) is False
    other = [("Host", host), ("Origin", "https://news.example")]
    assert is_trusted(make_request(headers=other).scope, ORIGINS) is True


@pytest.mark.parametrize("name", ["Origin", "Sec-Fetch-Site"])
def test_a_header_sent_twice_proves_nothing(make_request: MakeRequest, name: str) -> None:
    """Two values leave open which one a proxy believed."""
    good = {"Origin": "https://news.example", "Sec-Fetch-Site": "same-origin"}[name]
    assert is_trusted(make_request(headers=[(name, good), (name, "x")]).scope, ORIGINS) is False
    assert is_trusted(make_request(headers=[(name, good), (name, good)]).scope, ORIGINS) is False


def test_an_opaque_origin_cannot_be_allowed() -> None:
    """Not even a setting makes `null` an origin; our own public address is one without a setting."""
    settings = Settings(
        secret_keys=("k" * 32,), origins=("https://news.example",), public_url="https://media.example/engagement"
    )
    assert trusted_origins(settings) == {b"https://news.example", b"https://media.example"}
