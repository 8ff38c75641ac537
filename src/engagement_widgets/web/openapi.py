"""The API for programs: one description a route makes the route, its checks and its part of the document."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, compile_path

from engagement_widgets.web.api_models import Problem, read_model, read_query
from engagement_widgets.web.context import Context
from engagement_widgets.web.problem import MEDIA_TYPE
from engagement_widgets.web.responses import json_response
from engagement_widgets.web.routing import route

B = TypeVar("B", bound=BaseModel | None)
Q = TypeVar("Q", bound=BaseModel | None)

API = "/api/v1"
DOCUMENT_PATH = f"{API}/openapi.json"
REF = "#/components/schemas/{model}"

References = Mapping[tuple[Any, JsonSchemaMode], Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall(Generic[B, Q]):
    """One call: the request (its `path_params` converted), the checked body and the checked query, or None."""

    request: Request
    body: B
    query: Q


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRoute(Generic[B, Q]):
    """One route of the API.

    Attributes:
        method: GET, POST, PUT, PATCH or DELETE.
        path: below `/api/v1`, with Starlette's convertors: `/pages/{page_id:uuid}/rating`.
        handler: gets the context and the call, returns an instance of `response`; or a response that holds one,
            where the reader's cookie goes with it.
        summary: one line for the document.
        response: model of the answer, or None where it is a file.
        files: media types of that file.
        request: model of the JSON body, or None.
        query: model of the query string, or None.
        status: of the answer.
        errors: codes this route may answer with, beside those every route has.
    """

    method: str
    path: str
    handler: Callable[[Context, ApiCall[B, Q]], Awaitable[BaseModel | Response]]
    summary: str
    response: type[BaseModel] | None = None
    files: tuple[str, ...] = ()
    request: type[B] | None = None
    query: type[Q] | None = None
    status: int = 200
    errors: tuple[str, ...] = ()


def routes_of(ctx: Context, api_routes: Sequence[ApiRoute[Any, Any]]) -> list[Route]:
    """The routes, and the one that answers the document about them."""

    @cache  # at the first question: it takes longer to write than everything else that a boot does
    def described() -> dict[str, Any]:
        return document(api_routes, server=ctx.urls.path(API))

    async def show(ctx: Context, request: Request) -> Response:
        del ctx, request
        return json_response(described())

    return [route(ctx, DOCUMENT_PATH, show), *(_route(ctx, api_route) for api_route in api_routes)]


def document(api_routes: Sequence[ApiRoute[Any, Any]], *, server: str = API) -> dict[str, Any]:
    """The OpenAPI 3.1 document of these routes."""
    references, schemas = _schemas(api_routes)
    paths: dict[str, dict[str, Any]] = {}
    for api_route in api_routes:
        path = compile_path(api_route.path)[1]
        paths.setdefault(path, {})[api_route.method.lower()] = _operation(api_route, references)
    return {
        "openapi": "3.1.0",
        "info": {"title": "engagement_widgets", "version": "1"},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _route(ctx: Context, api_route: ApiRoute[Any, Any]) -> Route:
    async def call(ctx: Context, request: Request) -> Response:
        body = None if api_route.request is None else await read_model(request, api_route.request)
        query = read_query(request, api_route.query)
        answer = await api_route.handler(ctx, ApiCall(request=request, body=body, query=query))
        return answer if isinstance(answer, Response) else json_response(answer, status=api_route.status)

    return route(ctx, API + api_route.path, call, methods=[api_route.method])


def _operation(api_route: ApiRoute[Any, Any], references: References) -> dict[str, Any]:
    problem = {"schema": references[Problem, "serialization"]}
    operation: dict[str, Any] = {
        "summary": api_route.summary,
        "operationId": "_".join([api_route.method.lower(), *re.findall(r"\w+", compile_path(api_route.path)[1])]),
        "parameters": [*_path_parameters(api_route.path), *_query_parameters(api_route.query)],
        "responses": {
            str(api_route.status): {
                "description": HTTPStatus(api_route.status).phrase,
                "content": _answer(api_route, references),
            },
            "default": {"description": _describe_errors(api_route), "content": {MEDIA_TYPE: problem}},
        },
    }
    if api_route.request is not None:
        content = {"application/json": {"schema": references[api_route.request, "validation"]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _answer(api_route: ApiRoute[Any, Any], references: References) -> dict[str, Any]:
    if api_route.response is None:
        return {media_type: {"schema": {"type": "string"}} for media_type in api_route.files}
    return {"application/json": {"schema": references[api_route.response, "serialization"]}}


def _describe_errors(api_route: ApiRoute[Any, Any]) -> str:
    codes = ", ".join(f"`{code}`" for code in api_route.errors)
    return f"A problem. Codes of this route: {codes}." if codes else "A problem."


def _path_parameters(path: str) -> list[dict[str, Any]]:
    schemas = {"UUIDConvertor": {"type": "string", "format": "uuid"}, "IntegerConvertor": {"type": "integer"}}
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": schemas.get(type(convertor).__name__, {"type": "string"}),
        }
        for name, convertor in compile_path(path)[2].items()
    ]


def _query_parameters(model: type[BaseModel] | None) -> list[dict[str, Any]]:
    if model is None:
        return []
    schema = model.model_json_schema(ref_template=REF)
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": shape}
        for name, shape in schema["properties"].items()
    ]


def _schemas(api_routes: Sequence[ApiRoute[Any, Any]]) -> tuple[References, dict[str, Any]]:
    """Where each model is described, and the descriptions. Equal names are told apart by pydantic."""
    came = dict.fromkeys(model for item in api_routes for model in (item.request, item.query) if model is not None)
    answers = [item.response for item in api_routes if item.response is not None]
    goes: dict[type[BaseModel], None] = dict.fromkeys([*answers, Problem])
    incoming: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in came]
    outgoing: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "serialization") for model in goes]
    references, schema = models_json_schema([*incoming, *outgoing], ref_template=REF)
    return references, schema.get("$defs", {})
