"""What form an answer takes."""

from collections.abc import Callable

import pytest
from starlette.requests import Request

from engagement_widgets.settings import Settings
from engagement_widgets.web.negotiation import (
    desk_locale,
    is_desk,
    is_partial,
    known_locale,
    request_locale,
    route_path,
    set_locale,
    wants_json,
)

MakeRequest = Callable[..., Request]
SETTINGS = Settings(secret_keys=("k" * 32,))
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("path", "accept", "expected"),
    [
        ("/ratings", BROWSER, False),
        ("/ratings", "", False),
        ("/ratings", "*/*", False),
        ("/ratings", "application/json", True),
        ("/ratings", "application/problem+json, */*;q=0.1", True),
        ("/ratings", "text/html, application/json", False),
        ("/ratings", "text/html;q=0.5, application/json;q=0.9", True),
        ("/ratings", "application/json;q=0", False),
        ("/ratings", "application/*", True),
        ("/ratings", "application/json;q=abc", False),
        ("/api/v1/ratings", BROWSER, True),
        ("/apiary", BROWSER, False),
    ],
)
def test_json_goes_to_programs(make_request: MakeRequest, path: str, accept: str, *, expected: bool) -> None:
    """Below /api/ always, elsewhere only when preferred to HTML."""
    for root_path in ("", "/engagement"):
        request = make_request(path=path, root_path=root_path, headers=[("Accept", accept)])
        assert wants_json(request) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("en-GB,en;q=0.9", "en"),
        ("fr-FR, en;q=0.5, vi;q=0.6", "vi"),
        ("de", "vi"),
        ("", "vi"),
        ("en;q=0", "vi"),
        ("EN_us", "en"),
    ],
)
def test_the_desk_speaks_the_browsers_language(make_request: MakeRequest, header: str, expected: str) -> None:
    """The best known one, else the site's."""
    assert desk_locale(make_request(headers=[("Accept-Language", header)]), SETTINGS) == expected


def test_readers_pages_ignore_the_browsers_language(make_request: MakeRequest) -> None:
    """The locale comes from the host: what the route knows of the page, else the site's."""
    request = make_request(path="/ratings", headers=[("Accept-Language", "en")])
    assert request_locale(request, SETTINGS) == "vi"
    set_locale(request, "en")
    assert request_locale(request, SETTINGS) == "en"
    assert request_locale(make_request(path="/desk", headers=[("Accept-Language", "en")]), SETTINGS) == "en"


@pytest.mark.parametrize(
    ("raw", "expected"), [("vi", "vi"), ("vi-VN", "vi"), ("en_US", "en"), ("fr", "vi"), ("", "vi"), (None, "vi")]
)
def test_language_tags_find_their_catalogue(raw: str | None, expected: str) -> None:
    """Regions do not matter."""
    assert known_locale(raw, "vi") == expected


def test_only_our_script_gets_bare_elements(make_request: MakeRequest) -> None:
    """The header says exactly 1."""
    assert is_partial(make_request(headers=[("ew-partial", "1")]))
    assert not is_partial(make_request(headers=[("ew-partial", "0")]))
    assert not is_partial(make_request())


def test_paths_are_seen_below_the_mount(make_request: MakeRequest) -> None:
    """The bare mount is "/", and a desk elsewhere is not ours."""
    assert route_path(make_request(path="", root_path="/engagement").scope) == "/"
    assert route_path(make_request(path="/a", root_path="/engagement").scope) == "/a"
    assert is_desk(make_request(path="/desk/queue", root_path="/engagement").scope)
    assert not is_desk(make_request(path="/desktop").scope)
