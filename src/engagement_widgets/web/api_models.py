"""Models at the edge of the API: what comes in is checked strictly, every problem is told at once."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request

from engagement_widgets.errors import FieldError, Invalid, Malformed, Param
from engagement_widgets.web.forms import parse_pairs
from engagement_widgets.web.json_bodies import read_json_bytes

M = TypeVar("M", bound=BaseModel)

# pydantic's kinds of problems → our codes; every other kind is a `wrong_type`.
CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
}


class ApiModel(BaseModel):
    """Root of the API's models: exact types, no unknown fields, frozen."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class ProblemField(ApiModel):
    """One wrong field."""

    field: str
    code: str
    message: str
    params: dict[str, str | int | float]


class Problem(ApiModel):
    """An error: `code` is stable, `params` are the figures and names behind it, `title` a sentence."""

    type: str
    title: str
    status: int
    code: str
    params: dict[str, str | int | float]
    errors: list[ProblemField]
    retry_after: int | None = None


async def read_model(request: Request, model: type[M]) -> M:
    """The JSON body as this model.

    Raises:
        Invalid: naming every wrong field.
        EngagementError: for a body that cannot be read at all, see `json_bodies`.
    """
    raw = await read_json_bytes(request)
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise Invalid(field_errors(error)) from None


def read_query(request: Request, model: type[M] | None) -> M | None:
    """The query string as this model; a route without a model takes no query.

    Raises:
        Malformed: `bad_query`, for a query that cannot be decoded.
        Invalid: naming every wrong parameter.
    """
    try:
        pairs: dict[str, Any] = parse_pairs(request.scope["query_string"])
    except Malformed:
        raise Malformed("bad_query") from None
    if model is None:
        if pairs:
            raise Invalid([FieldError(name, "unknown_field") for name in pairs])
        return None
    try:
        return model.model_validate_strings(pairs)
    except ValidationError as error:
        raise Invalid(field_errors(error)) from None


def field_errors(error: ValidationError) -> list[FieldError]:
    """One of ours for each of pydantic's; what was sent is never repeated."""
    return [_field_error(item) for item in error.errors(include_url=False, include_input=False)]


def _field_error(item: ErrorDetails) -> FieldError:
    name = ".".join(str(part) for part in item["loc"])
    context = item.get("ctx", {})
    params: dict[str, Param] = {}
    if "min_length" in context:
        params["minimum"] = context["min_length"]
    if "max_length" in context:
        params["maximum"] = context["max_length"]
    return FieldError(name, CODES.get(item["type"], "wrong_type"), params)
