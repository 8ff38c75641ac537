"""The API: one description a route makes the checks and the document."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import Field
from starlette.responses import Response

from engagement_widgets.app.assembly import API as WHOLE_API
from engagement_widgets.captcha import messages as captcha_messages
from engagement_widgets.comments import messages as comments_messages
from engagement_widgets.desk import messages as desk_messages
from engagement_widgets.errors import NotFound
from engagement_widgets.links import messages as links_messages
from engagement_widgets.ratings import messages as ratings_messages
from engagement_widgets.web import messages
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.openapi import API, ApiCall, ApiRoute, document, routes_of
from engagement_widgets.web.responses import json_response
from engagement_widgets.web.routing import router


class Vote(ApiModel):
    """A vote."""

    score: int = Field(ge=1, le=5)
    note: str = Field(default="", min_length=0, max_length=3)
    answers: UUID | None = None


class Rating(ApiModel):
    """What became of it."""

    page_id: UUID
    score: int


class Listing(ApiModel):
    """A query."""

    size: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class Listed(ApiModel):
    """An answer to a query."""

    size: int
    cursor: str | None


async def cast(ctx: Context, call: ApiCall[Vote, None]) -> Rating:
    """Echo the vote."""
    del ctx
    return Rating(page_id=call.request.path_params["page_id"], score=call.body.score)


async def listing(ctx: Context, call: ApiCall[None, Listing]) -> Listed:
    """Echo the query."""
    del ctx
    return Listed(size=call.query.size, cursor=call.query.cursor)


async def missing(ctx: Context, call: ApiCall[None, None]) -> Response:
    """Answer with a response of its own, or none."""
    del ctx
    if call.request.path_params["number"] == 1:
        return json_response(Listed(size=1, cursor=None), headers={"X-Own": "1"})
    raise NotFound("unknown_page")


ROUTES: Sequence[ApiRoute[Any, Any]] = (
    ApiRoute(
        method="POST",
        path="/pages/{page_id:uuid}/rating",
        handler=cast,
        summary="Cast or change a vote",
        request=Vote,
        response=Rating,
        status=201,
        errors=("ratings_closed", "rating_too_fast"),
    ),
    ApiRoute(method="GET", path="/comments", handler=listing, summary="List", query=Listing, response=Listed),
    ApiRoute(method="GET", path="/things/{number:int}", handler=missing, summary="One", response=Listed),
    ApiRoute(method="DELETE", path="/things/{number:int}", handler=missing, summary="Drop", response=Listed),
)


def _client(ctx: Context) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=router(ctx, routes_of(ctx, ROUTES)), root_path="/engagement")
    return httpx.AsyncClient(transport=transport, base_url=f"http://test/engagement{API}/")


def test_the_document_is_valid_openapi() -> None:
    """By the validator of the specification, 3.1."""
    described = document(ROUTES)
    OpenAPIV31SpecValidator(described).validate()
    assert described["openapi"].startswith("3.1")


def test_the_document_of_the_whole_api_is_valid() -> None:
    """Every slice's routes together: valid, one name an operation, and every code they name has a sentence."""
    described = document(WHOLE_API)
    OpenAPIV31SpecValidator(described).validate()
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert len(operations) == len(WHOLE_API)
    tables = (messages, ratings_messages, comments_messages, captcha_messages, links_messages, desk_messages)
    sentences = {code.rpartition(".")[2] for table in tables for code in table.MESSAGES}
    assert {code for api_route in WHOLE_API for code in api_route.errors} <= sentences


def test_operations_are_told_apart() -> None:
    """Generated clients need one name an operation, also where two routes share a handler."""
    paths = document(ROUTES)["paths"]
    assert [operation["operationId"] for path in paths.values() for operation in path.values()] == [
        "post_pages_page_id_rating",
        "get_comments",
        "get_things_number",
        "delete_things_number",
    ]


def test_two_models_of_one_name_are_both_described() -> None:
    """Slices name their models without asking each other."""

    class Listed(ApiModel):
        """Another slice's."""

        total: int

    other = ApiRoute(method="GET", path="/other", handler=missing, summary="Other", response=Listed)
    described = document([*ROUTES, other])
    OpenAPIV31SpecValidator(described).validate()
    found = []
    for path in ("/comments", "/other"):
        answer = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
        found.append(set(described["components"]["schemas"][answer.rpartition("/")[2]]["properties"]))
    assert found == [{"size", "cursor"}, {"total"}]


@pytest.mark.anyio
async def test_the_document_is_served_with_the_mount(ctx: Context) -> None:
    """A client that reads it finds the server, the paths, the models and the problems."""
    async with _client(ctx) as client:
        described = (await client.get("openapi.json")).json()
    OpenAPIV31SpecValidator(described).validate()
    assert described["servers"] == [{"url": "/engagement/api/v1"}]
    operation = described["paths"]["/pages/{page_id}/rating"]["post"]
    assert operation["parameters"] == [
        {"name": "page_id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    ]
    assert operation["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Vote"}
    assert operation["responses"]["201"]["content"]["application/json"]["schema"]["$ref"].endswith("/Rating")
    assert "`ratings_closed`" in operation["responses"]["default"]["description"]
    assert operation["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"].endswith(
        "/Problem"
    )
    assert described["components"]["schemas"]["Vote"]["additionalProperties"] is False
    assert set(described["paths"]["/things/{number}"]) == {"get", "delete"}
    query = described["paths"]["/comments"]["get"]["parameters"]
    assert [(item["name"], item["in"], item["required"]) for item in query] == [
        ("size", "query", False),
        ("cursor", "query", False),
    ]


@pytest.mark.anyio
async def test_a_call_is_checked_and_answered(ctx: Context) -> None:
    """Path, body and status as described."""
    page_id = uuid4()
    async with _client(ctx) as client:
        answer = await client.post(f"pages/{page_id}/rating", json={"score": 4, "answers": str(uuid4())})
    assert (answer.status_code, answer.json()) == (201, {"page_id": str(page_id), "score": 4})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {("score", "required")}),
        ({"score": "4"}, {("score", "wrong_type")}),
        ({"score": 4.5}, {("score", "wrong_type")}),
        ({"score": True}, {("score", "wrong_type")}),
        ({"score": 6}, {("score", "wrong_type")}),
        ({"score": None}, {("score", "wrong_type")}),
        ({"score": 4, "note": "quá dài"}, {("note", "too_long")}),
        ({"score": 4, "answers": "x"}, {("answers", "wrong_type")}),
        (
            {"score": 9, "extra": 1, "note": 2},
            {("score", "wrong_type"), ("extra", "unknown_field"), ("note", "wrong_type")},
        ),
    ],
)
@pytest.mark.anyio
async def test_every_wrong_field_is_named(ctx: Context, body: dict[str, object], errors: set[tuple[str, str]]) -> None:
    """Exact types, no unknown fields, all problems at once, and what was sent is not repeated."""
    async with _client(ctx) as client:
        answer = await client.post(f"pages/{uuid4()}/rating", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_fields")
    assert {(item["field"], item["code"]) for item in answer.json()["errors"]} == errors
    assert "quá dài" not in answer.text


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "bad_json"),
        (b'{"score": 1, "score": 2}', "application/json", 400, "bad_json"),
        (b'{"score": 4, "note": "\\u0000"}', "application/json", 400, "bad_json"),
        (b'{"score": 4, "note": "\\ud800"}', "application/json", 400, "bad_json"),
        (b'{"score": 4, "note": "\xff"}', "application/json", 400, "bad_json"),
        (b'{"score": ' + b"[" * 40 + b"]" * 40 + b"}", "application/json", 400, "bad_json"),
        (b"[]", "application/json", 400, "bad_json"),
        (b'{"note":"' + b"a" * (1 << 20) + b'"}', "application/json", 413, "body_too_large"),
        (b"score=4", "application/x-www-form-urlencoded", 415, "content_type"),
    ],
)
@pytest.mark.anyio
async def test_bad_bodies_get_their_code(ctx: Context, content: bytes, kind: str, status: int, code: str) -> None:
    """Never a 500."""
    async with _client(ctx) as client:
        answer = await client.post(f"pages/{uuid4()}/rating", content=content, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("query", "status", "fields"),
    [
        ("", 200, set()),
        ("?size=5&cursor=x", 200, set()),
        ("?size=0", 422, {"size"}),
        ("?size=five", 422, {"size"}),
        ("?page=2", 422, {"page"}),
        ("?size=1&size=2", 400, set()),
        ("?cursor=%FF", 400, set()),
    ],
)
@pytest.mark.anyio
async def test_queries_are_checked_too(ctx: Context, query: str, status: int, fields: set[str]) -> None:
    """Unknown, repeated and unreadable parameters are refused."""
    async with _client(ctx) as client:
        answer = await client.get(f"comments{query}")
    assert answer.status_code == status
    assert {item["field"] for item in answer.json().get("errors", [])} == fields


@pytest.mark.anyio
async def test_a_handler_may_answer_for_itself_and_its_errors_are_problems(ctx: Context) -> None:
    """For a cookie that goes with the answer; whatever is raised is a problem document."""
    async with _client(ctx) as client:
        own = await client.get("things/1")
        assert (own.status_code, own.headers["x-own"]) == (200, "1")
        problem = await client.get("things/2")
        assert (problem.status_code, problem.json()["code"]) == (404, "unknown_page")
        refused = await client.get("things/1?x=1")
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown_field")
        assert (await client.get("things/one")).json()["code"] == "unknown_address"
