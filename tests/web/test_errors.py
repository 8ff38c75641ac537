"""Errors as answers: JSON for programs, a page in the layout for people, in the page's language."""

from collections.abc import Callable

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from engagement_widgets.errors import (
    Conflict,
    EngagementError,
    FieldError,
    Invalid,
    Malformed,
    MountError,
    NotFound,
    Refused,
    SettingsError,
    TooLarge,
    TooMany,
    Unavailable,
    Unsupported,
)
from engagement_widgets.web.context import Context
from engagement_widgets.web.negotiation import set_locale
from engagement_widgets.web.policies import STRICT_CSP
from engagement_widgets.web.responses import page_response, see_other
from engagement_widgets.web.routing import route, router

JSON = {"Accept": "application/json"}
ERRORS: dict[str, EngagementError] = {
    "malformed": Malformed("bad_form"),
    "refused": Refused("origin_refused"),
    "not-found": NotFound("unknown_page"),
    "conflict": Conflict("already_undone"),
    "too-large": TooLarge("body_too_large", maximum=65536),
    "unsupported": Unsupported("content_type"),
    "invalid": Invalid([FieldError("body", "too_long", {"maximum": 3000}), FieldError("name", "required")]),
    "too-many": TooMany("too_fast", retry_after=7),
    "unavailable": Unavailable("busy"),
}


async def _fail(ctx: Context, request: Request) -> Response:
    del ctx
    if locale := request.query_params.get("page_locale"):
        set_locale(request, locale)
    raise ERRORS[request.path_params["kind"]]


async def _crash(ctx: Context, request: Request) -> Response:
    del ctx
    raise {"settings": SettingsError(["x"]), "mount": MountError("x")}.get(request.url.query, ZeroDivisionError())


async def _page(ctx: Context, request: Request) -> Response:
    return await page_response(
        ctx, request, title="Một <trang>", template="engagement/error.html", locale="vi",
        message="Chữ & <dấu>", code="x", errors={}, kept=(), retry_after=None,
    )  # fmt: skip


async def _post(ctx: Context, request: Request) -> Response:
    del request
    return see_other(ctx.urls.path("/receipts/1"))


def _app(ctx: Context) -> ASGIApp:
    return router(
        ctx,
        [
            route(ctx, "/fail/{kind}", _fail),
            route(ctx, "/desk/fail/{kind}", _fail),
            route(ctx, "/api/v1/fail/{kind}", _fail),
            route(ctx, "/crash", _crash),
            route(ctx, "/page", _page),
            route(ctx, "/posted", _post, methods=["POST", "PUT"]),
        ],
    )


def _client(ctx: Context) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=_app(ctx), root_path="/engagement")
    return httpx.AsyncClient(transport=transport, base_url="http://test/engagement/")


@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.anyio
async def test_programs_get_a_problem_document(ctx: Context, kind: str) -> None:
    """The status, a stable code, the fields; never stored."""
    error = ERRORS[kind]
    async with _client(ctx) as client:
        for answer in (await client.get(f"fail/{kind}", headers=JSON), await client.get(f"api/v1/fail/{kind}")):
            document = answer.json()
            assert answer.status_code == document["status"] == error.status
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["cache-control"] == "no-store"
            assert document["type"] == f"/errors/{error.code}"
            assert document["code"] == error.code
            assert document["title"]
            assert len(document["errors"]) == (2 if kind == "invalid" else 0)


@pytest.mark.anyio
async def test_a_problem_names_each_field_with_its_sentence(ctx: Context) -> None:
    """Field, code, figures, and the sentence in the language of the page."""
    async with _client(ctx) as client:
        answer = await client.get("fail/invalid?page_locale=en", headers=JSON)
    assert answer.json()["errors"] == [
        {
            "field": "body",
            "code": "too_long",
            "message": answer.json()["errors"][0]["message"],
            "params": {"maximum": 3000},
        },
        {"field": "name", "code": "required", "message": answer.json()["errors"][1]["message"], "params": {}},
    ]
    assert "3000" in answer.json()["errors"][0]["message"]
    assert answer.json()["title"] == "Something needs correcting. Please look at each marked field."


@pytest.mark.parametrize(("kind", "seconds"), [("too-many", "7"), ("unavailable", "2")])
@pytest.mark.anyio
async def test_whoever_must_wait_is_told_how_long(ctx: Context, kind: str, seconds: str) -> None:
    """As a header for both, as a figure for programs."""
    async with _client(ctx) as client:
        assert (await client.get(f"fail/{kind}")).headers["retry-after"] == seconds
        answer = await client.get(f"fail/{kind}", headers=JSON)
    assert answer.headers["retry-after"] == seconds
    assert answer.json()["retry_after"] == int(seconds)


@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.anyio
async def test_people_get_a_page_in_their_language(ctx: Context, kind: str) -> None:
    """The title begins with the word error, the status is the error's, the policy ours."""
    async with _client(ctx) as client:
        answer = await client.get(f"fail/{kind}")
        english = await client.get(f"fail/{kind}?page_locale=en", headers={"Accept-Language": "vi"})
    assert answer.status_code == english.status_code == ERRORS[kind].status
    assert "<title>Lỗi: " in answer.text
    assert "<title>Error: " in english.text
    assert '<html lang="en"' in english.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"] == STRICT_CSP
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"


@pytest.mark.anyio
async def test_the_desk_speaks_the_browsers_language(ctx: Context) -> None:
    """Its pages are never cached, so Accept-Language may count."""
    async with _client(ctx) as client:
        answer = await client.get("desk/fail/refused", headers={"Accept-Language": "en"})
    assert "<title>Error: " in answer.text


@pytest.mark.anyio
async def test_our_script_gets_the_element_alone(ctx: Context) -> None:
    """A small document without layout, styles or scripts."""
    async with _client(ctx) as client:
        answer = await client.get("page", headers={"ew-partial": "1"})
    assert answer.text.startswith('<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Một &lt;trang')
    assert "<link" not in answer.text
    assert "<script" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.anyio
async def test_a_page_loads_its_files_by_the_mount(ctx: Context) -> None:
    """Styles and scripts come from our own assets, and text is escaped."""
    async with _client(ctx) as client:
        answer = await client.get("page")
    assert f'href="/engagement/assets/{ctx.assets.hash}/widgets.css"' in answer.text
    assert f'<script type="module" src="/engagement/assets/{ctx.assets.hash}/engagement.js"></script>' in answer.text
    assert "Chữ &amp; &lt;dấu&gt;" in answer.text
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize(("page_csp", "expected"), [(None, None), ("default-src 'self'", "default-src 'self'")])
@pytest.mark.anyio
async def test_a_host_layout_has_the_hosts_policy(
    make_context: Callable[..., Context], page_csp: str | None, expected: str | None
) -> None:
    """Ours would break the host's own scripts; the desk keeps ours in any case."""

    async def layout(request: Request, /, *, title: str, head: str, body: str, locale: str) -> str:
        del request
        return f"<html lang={locale}><title>{title}</title>{head}{body}</html>"

    async with _client(make_context(layout=layout, page_csp=page_csp)) as client:
        assert (await client.get("page")).headers.get("content-security-policy") == expected
        desk = await client.get("desk/fail/refused")
        partial = await client.get("page", headers={"ew-partial": "1"})
    assert desk.headers["content-security-policy"] == partial.headers["content-security-policy"] == STRICT_CSP
    assert "<!doctype html>" in desk.text


@pytest.mark.anyio
async def test_an_unforeseen_error_is_the_hosts(ctx: Context) -> None:
    """Nothing is swallowed; a setting that cannot work is for the log, not for a reader."""
    async with _client(ctx) as client:
        for query, kind in (("", ZeroDivisionError), ("?settings", SettingsError), ("?mount", MountError)):
            with pytest.raises(kind):
                await client.get(f"crash{query}")


@pytest.mark.parametrize("path", ["nowhere", "", "posted/", "fail", "%2e%2e/page", "fail/x/y"])
@pytest.mark.anyio
async def test_unknown_addresses_are_ours_to_answer(ctx: Context, path: str) -> None:
    """404 with our page, no redirect to a path with another slash."""
    async with _client(ctx) as client:
        answer = await client.get(path)
    assert answer.status_code == 404
    assert "<title>Lỗi: Không tìm thấy trang này." in answer.text


@pytest.mark.anyio
async def test_a_wrong_method_names_the_right_ones(ctx: Context) -> None:
    """405 with `Allow`; HEAD goes with GET."""
    async with _client(ctx) as client:
        answer = await client.get("posted", headers=JSON)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST, PUT")
        assert answer.json()["code"] == "method_not_allowed"
        answer = await client.delete("page")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
        assert (await client.head("page")).status_code == 200


@pytest.mark.anyio
async def test_after_a_post_the_result_is_read_elsewhere(ctx: Context) -> None:
    """303, below the mount, never stored."""
    async with _client(ctx) as client:
        answer = await client.post("posted")
    assert (answer.status_code, answer.headers["location"]) == (303, "/engagement/receipts/1")
    assert answer.headers["cache-control"] == "no-store"
