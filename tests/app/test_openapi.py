"""The API's document as it is served: valid, complete, and kept by what the routes really answer."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from engagement_widgets.app.assembly import API
from engagement_widgets.testing import FakeClock
from engagement_widgets.web import messages
from engagement_widgets.web.openapi import DOCUMENT_PATH
from whole_site import MOUNT, Site, every_address, open_site, reference, site_settings, stranger

PREFIX = f"{MOUNT}/api/v1"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


async def _served(site: Site) -> dict[str, Any]:
    async with stranger(site.app) as client:
        answer = await client.get(DOCUMENT_PATH)
    assert answer.status_code == 200
    described: dict[str, Any] = answer.json()
    return described


@pytest.mark.anyio
async def test_the_served_document_is_valid_and_complete(kept_site: Site) -> None:
    """OpenAPI 3.1 by its validator; every route below /api/v1 with its methods, and no other; one name an operation."""
    described = await _served(kept_site)
    OpenAPIV31SpecValidator(described).validate()
    assert described["servers"] == [{"url": PREFIX}]
    operations = {
        (method.upper(), path): operation
        for path, item in described["paths"].items()
        for method, operation in item.items()
    }
    routes = {
        (method, re.sub(r":\w+}", "}", path.removeprefix("/api/v1")))
        for path, methods, _ in every_address(kept_site)
        if path.startswith("/api/") and path != DOCUMENT_PATH
        for method in methods - {"HEAD"}
    }
    assert operations.keys() == routes
    names = [operation["operationId"] for operation in operations.values()]
    assert len(names) == len(set(names))


def test_every_documented_code_has_its_sentence(kept_site: Site) -> None:
    """What the document says a route may answer with is a code that people can be told."""
    assert kept_site.ctx.storage is not None  # booting registers the slices' sentences
    known = {code.rpartition(".")[2] for code in messages._registered}
    documented = {code for route in API for code in route.errors}
    assert len(documented) > 20
    assert documented <= known


@pytest.fixture(scope="module")
def insecure_site(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that takes writes from a client that is neither https nor this machine, as this one pretends to be."""
    path = tmp_path_factory.mktemp("insecure") / "engagement.db"
    shutil.copy(migrated_file, path)
    clock = FakeClock(datetime(2026, 7, 1, 2, 0, tzinfo=UTC))
    made = open_site(site_settings(f"sqlite:///{path}", insecure_http=True), clock)
    yield made
    made.engagement.close()


def _operations(site: Site) -> list[Any]:
    """Every operation of the served document; what ends the session comes last."""
    schema = schemathesis.openapi.from_asgi(f"{PREFIX}/openapi.json", site.app)
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    return sorted(found, key=lambda operation: operation.method == "delete")


def _make_real(case: Case[Any], site: Site, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
    """Put what exists into some of what was drawn, so that it is not all "not found"."""
    for name in case.path_parameters or {}:
        case.path_parameters[name] = draw(st.sampled_from(site.ids[name]) | st.just(case.path_parameters[name]))
    if isinstance(case.body, dict) and "page" in case.body:
        case.body["page"] = draw(st.just(reference(site.ctx)) | st.just(case.body["page"]))


def test_the_routes_answer_as_the_document_says(insecure_site: Site) -> None:
    """For requests drawn from the document: no 500, a documented type, the shape that was promised.

    Not that each is accepted: no schema says that a code is wrong. That wrong ones are refused is in `test_bad_input`.
    """
    site = insecure_site
    for operation in _operations(site):

        @hypothesis_settings(
            max_examples=10,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), data=st.data())
        def answer(case: Case[Any], data: st.DataObject) -> None:
            _make_real(case, site, data.draw)
            reply = case.call(headers={"Authorization": f"Bearer {site.token}"})
            case.validate_response(reply, checks=CHECKS)

        answer()
