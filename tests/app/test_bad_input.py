"""Whatever is sent to a route that can change something: a clear 4xx, in words or as a code, and nothing written."""

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any

import httpx
import pytest
from sqlalchemy import delete

from engagement_widgets import Page
from engagement_widgets.app.assembly import API
from engagement_widgets.storage.tables import quotas
from engagement_widgets.storage.units import Tx
from engagement_widgets.web.messages import GENERAL
from engagement_widgets.web.openapi import document
from sendings import SENDINGS, Body, Sending, address_of, document_body, form_body, is_api, right_body
from whole_site import Dump, Site, every_address, moderator, reader, rows, stranger
from wrong_input import (
    unreadable_documents,
    unreadable_forms,
    wrong_document_fields,
    wrong_form_fields,
    wrong_references,
)

pytestmark = pytest.mark.anyio

Key = tuple[str, str]
SIGN_IN = {"/desk/login", "/desk/login/code", "/api/v1/desk/sessions"}
CODE = re.compile(r"[a-z][a-z_]+")
ENGLISH = Page(key="news/market", url="/news/market", title="The market", locale="en-GB")
WITH_FIELDS = [key for key, sending in SENDINGS.items() if sending.fields]
WITHOUT_FIELDS = [key for key, sending in SENDINGS.items() if not sending.fields]
UNKNOWN = "0197c0de-0000-7000-8000-000000000000"


def _by_name(keys: Iterable[Key]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("key", [pytest.param(key, id=" ".join(key)) for key in keys])


def _visitor(site: Site, path: str) -> httpx.AsyncClient:
    """Who may send this: the desk's routes take an admin, the others a reader."""
    if path in SIGN_IN:
        return stranger(site.app)
    return moderator(site) if "/desk/" in path else reader(site)


def _words(answer: httpx.Response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def _forget_quotas(tx: Tx, command: None) -> None:
    """Let sign-ins be tried again."""
    del command
    tx.execute(delete(quotas))


def _rows(site: Site, sending: Sending) -> Dump:
    """What a refusal must not change. A form that comes back brings a new captcha."""
    return {name: found for name, found in rows(site, challenges_too=False).items() if name not in sending.traces}


def _sentences(answer: httpx.Response, why: str) -> list[str]:
    """Check a refusal as programs read it, and return what it says."""
    assert 400 <= answer.status_code < 500, (why, answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/problem+json", why
    problem = answer.json()
    assert (problem["status"], problem["type"]) == (answer.status_code, f"/errors/{problem['code']}"), why
    codes = [problem["code"], *(item["code"] for item in problem["errors"])]
    sentences = [problem["title"], *(item["message"] for item in problem["errors"])]
    assert all(CODE.fullmatch(code) for code in codes), (why, codes)
    assert bool(problem["errors"]) == (problem["code"] == "invalid_fields"), (why, codes)
    assert GENERAL not in sentences, (why, codes)
    return sentences[1:] or sentences


async def _refused(client: httpx.AsyncClient, key: Key, address: str, body: Body, why: str, locale: str = "vi") -> None:
    """Send it as a program and as a person: both are refused, and the page says what the problem document says."""
    method, path = key
    told = await client.request(
        method, address, content=body.content, headers={"accept": "application/json", **body.headers}
    )
    sentences = _sentences(told, why)
    if is_api(path):
        return
    seen = await client.request(method, address, content=body.content, headers=dict(body.headers))
    assert 400 <= seen.status_code < 500, (why, seen.status_code)
    assert seen.headers["content-type"] == "text/html; charset=utf-8", why
    assert f'<html lang="{locale}"' in seen.text, why
    assert any(sentence in _words(seen) for sentence in sentences), (why, sentences, _words(seen))


async def _all_refused(site: Site, key: Key, bodies: Iterable[tuple[str, Body]]) -> None:
    """Each of these is refused, and together they write nothing."""
    sending, address = SENDINGS[key], address_of(site, key[1], SENDINGS[key].query)
    before = _rows(site, sending)
    async with _visitor(site, key[1]) as client:
        for why, body in bodies:
            if key[1] in SIGN_IN:
                site.storage.write_sync(_forget_quotas, None)
            await _refused(client, key, address, body, why)
    assert _rows(site, sending) == before


def _schema(key: Key) -> Mapping[str, Any]:
    """What the API's document says of this route's body."""
    described = document(API)
    path = re.sub(r":\w+", "", key[1].removeprefix("/api/v1"))
    content = described["paths"][path][key[0].lower()]["requestBody"]["content"]["application/json"]["schema"]
    schema: Mapping[str, Any] = described["components"]["schemas"][content["$ref"].rpartition("/")[2]]
    return schema


def _wrong_fields(site: Site, key: Key) -> Iterable[tuple[str, Body]]:
    sending = SENDINGS[key]
    fields = sending.made(site)
    if is_api(key[1]):
        return wrong_document_fields(sending, fields, _schema(key))
    return wrong_form_fields(sending, fields)


async def test_every_changing_route_is_here(site: Site) -> None:
    """A new route needs its right request in `sendings`, and is then tested with the wrong ones."""
    changing = {
        (method, path) for path, methods, _ in every_address(site) for method in methods - {"GET", "HEAD", "OPTIONS"}
    }
    assert changing == SENDINGS.keys()


@_by_name(SENDINGS)
async def test_a_right_request_is_taken(site: Site, key: Key) -> None:
    """So what is refused below is refused for what is wrong with it."""
    async with _visitor(site, key[1]) as client:
        body = right_body(SENDINGS[key], site, key[1])
        answer = await client.request(
            key[0], address_of(site, key[1], SENDINGS[key].query), content=body.content, headers=dict(body.headers)
        )
    assert answer.status_code < 400, answer.text


@_by_name(WITH_FIELDS)
async def test_a_body_that_cannot_be_read_is_refused(kept_site: Site, key: Key) -> None:
    """Other types, NUL, lone surrogates, invalid UTF-8, duplicates, a megabyte, depth, what is no object."""
    make = unreadable_documents if is_api(key[1]) else unreadable_forms
    await _all_refused(kept_site, key, make(SENDINGS[key].made(kept_site)))


@_by_name(key for key in WITH_FIELDS if not SENDINGS[key].slow)
async def test_a_wrong_field_is_refused(kept_stored_site: Site, key: Key) -> None:
    """Missing, empty, too long, of another type, out of range, with control characters: one field at a time."""
    await _all_refused(kept_stored_site, key, _wrong_fields(kept_stored_site, key))


@_by_name(key for key in WITH_FIELDS if SENDINGS[key].slow)
async def test_a_wrong_field_is_refused_before_its_password_is_stored(kept_site: Site, key: Key) -> None:
    """The same where each guess costs a hash, on one database: only hashes and fixed lengths reach it."""
    await _all_refused(kept_site, key, _wrong_fields(kept_site, key))


@_by_name(key for key in WITH_FIELDS if key[1] not in SIGN_IN)
async def test_nothing_at_all_is_refused(kept_site: Site, key: Key) -> None:
    """An empty form and an empty object lack something; forgetting the reader and deeds on a page need nothing."""
    if key in NEED_NOTHING:
        return
    await _all_refused(kept_site, key, [("empty", document_body({}) if is_api(key[1]) else form_body({}))])


@_by_name(key for key in WITH_FIELDS if SENDINGS[key].names_page)
async def test_a_page_of_others_is_refused(kept_stored_site: Site, key: Key) -> None:
    """A reference that is forged, cut, spliced, signed for something else or for another site: 404 or 403, no row."""
    site = kept_stored_site
    fields = SENDINGS[key].made(site)
    make = document_body if is_api(key[1]) else form_body
    await _all_refused(site, key, [(why, make({**fields, "page": token})) for why, token in wrong_references(site)])
    foreign = site.ctx.secrets.sign("page-reference", ["other", "tin/a", "/a", "A", "", None])
    await _all_refused(site, key, [("foreign", make({**fields, "page": foreign}))])
    async with _visitor(site, key[1]) as client:
        for token, status, code in (("x", 404, "unknown_page"), (foreign, 403, "foreign_page")):
            body = make({**fields, "page": token})
            headers = {"accept": "application/json", **body.headers}
            answer = await client.request(
                key[0], address_of(site, key[1], SENDINGS[key].query), content=body.content, headers=headers
            )
            assert (answer.status_code, answer.json()["code"]) == (status, code)


NEED_NOTHING = {
    ("POST", "/me/forget"),
    ("POST", "/desk/journal/export"),  # the whole of it
    *(("POST", f"/api/v1/desk/pages/{{page_id:uuid}}/{deed}") for deed in ("update", "withdraw", "delete", "restore")),
}
FOREIGN_HEADERS: Mapping[str, list[tuple[str, str]]] = {
    "another origin": [("origin", "https://evil.example")],
    "our own host as origin": [("origin", "http://127.0.0.1")],
    "null": [("origin", "null")],
    "cross-site": [("sec-fetch-site", "cross-site")],
    "same-site": [("sec-fetch-site", "same-site")],
    "typed into the address bar": [("sec-fetch-site", "none")],
    "cross-site, says our origin twice": [("origin", "http://127.0.0.1"), ("origin", "http://127.0.0.1")],
    "same-origin twice": [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "same-origin")],
    "same-origin among others": [("sec-fetch-site", "same-origin, cross-site")],
    "a cookie alone": [("cookie", "ew_reader=x; ew_desk=y")],
}


@_by_name(SENDINGS)
async def test_another_origin_is_refused(kept_site: Site, key: Key) -> None:
    """Whatever is sent, sign-in included: 403 `origin_refused` before anything is read, and nothing is written."""
    method, path = key
    body, address = right_body(SENDINGS[key], kept_site, path), address_of(kept_site, path, SENDINGS[key].query)
    before = rows(kept_site)
    headers: Mapping[str, list[tuple[str, str]]] = dict(FOREIGN_HEADERS)
    if path.startswith("/desk"):
        headers = {**headers, "no header": []}
    async with _visitor(kept_site, path) as client:
        del client.headers["sec-fetch-site"]
        for why, extra in headers.items():
            sent = [*body.headers.items(), *extra]
            told = await client.request(
                method, address, content=body.content, headers=[*sent, ("accept", "application/json")]
            )
            assert (told.status_code, told.json()["code"]) == (403, "origin_refused"), why
            seen = await client.request(method, address, content=body.content, headers=sent)
            assert is_api(path) or "đến từ một trang khác" in _words(seen), why
    assert rows(kept_site) == before


@_by_name(WITHOUT_FIELDS)
async def test_what_takes_nothing_reads_nothing(kept_site: Site, key: Key) -> None:
    """Where the address says everything a body is not looked at: an id of nothing, or nobody signed in, is refused."""
    method, path = key
    address = re.sub(r"\{\w+(:uuid)?\}", UNKNOWN, path) + SENDINGS[key].query
    before = rows(kept_site)
    async with moderator(kept_site) if "{" in path else stranger(kept_site.app) as client:
        for why, body in (*unreadable_forms({}), *unreadable_documents({}), ("nothing", Body(content=b""))):
            await _refused(client, key, address, body, f"{method} {why}")
    assert rows(kept_site) == before


@_by_name(key for key in WITH_FIELDS if SENDINGS[key].names_page and not is_api(key[1]))
async def test_errors_speak_the_language_of_the_page(kept_site: Site, key: Key) -> None:
    """On an English article what is wrong with a field is said in English, also to a Vietnamese browser."""
    sending, address = SENDINGS[key], address_of(kept_site, key[1], SENDINGS[key].query)
    fields = sending.made(kept_site, ENGLISH)
    async with stranger(kept_site.app, **{"accept-language": "vi"}) as client:
        for name, value in {"score": "9", "purpose": "x", "id": "", "body": ""}.items():
            if name in fields:
                await _refused(client, key, address, form_body({**fields, name: value}), name, "en")


@_by_name(key for key in WITH_FIELDS if key[1].startswith("/desk"))
async def test_errors_at_the_desk_speak_the_persons_language(kept_site: Site, key: Key) -> None:
    """The browser's language decides there."""
    if key in NEED_NOTHING:
        return
    async with _visitor(kept_site, key[1]) as client:
        client.headers["accept-language"] = "en-US, vi;q=0.5"
        await _refused(client, key, address_of(kept_site, key[1], SENDINGS[key].query), form_body({}), "empty", "en")


async def test_a_method_an_address_does_not_take_is_refused(kept_site: Site) -> None:
    """405 with `Allow` on every route, in words and as a code; nothing is written."""
    before = rows(kept_site)
    async with moderator(kept_site) as client:
        for path, taken, (address, *_) in every_address(kept_site):
            methods = {key[0] for key in SENDINGS if key[1] == path} | set(taken)
            for method in {"PUT", "PATCH", "DELETE", "TRACE", "BREW"} - methods:
                told = await client.request(method, address, headers={"accept": "application/json"})
                assert (told.status_code, _sentences(told, address)) == (405, ["Địa chỉ này không nhận thao tác đó."])
                assert methods <= set(told.headers["allow"].split(", ")) | {"HEAD"}, address
                seen = await client.request(method, address)
                assert is_api(path) or "Địa chỉ này không nhận thao tác đó." in _words(seen), address
    assert rows(kept_site) == before


ODD_HEADERS: Mapping[str, tuple[bytes, ...]] = {
    "cookie": (b"ew_reader=; ew_desk=", b"ew_reader=\xff.\xfe; ew_desk=\xff", b"=;;==;", b"ew_desk=" + b"x" * 9_000),
    "authorization": (b"Bearer", b"Bearer \xff", b"Basic eDp5", b"bearer  " + b"x" * 9_000),
    "accept": (b"\xff", b"application/json;q=nan, */*;q=-1", b";q=,,", b"text/html;q=" + b"9" * 5_000),
    "accept-language": (b"\xff", b"en;q=nan", b"*", b"en-" + b"x" * 9_000, b"vi_VN.UTF-8;q=1e999"),
    "content-length": (b"-1", b"9" * 30, b"x"),
    "user-agent": (b"", b"\xff\xfe" * 500),
    "x-forwarded-for": (b"\xff", b"::1, , x", b"[::1"),
    "if-none-match": (b"\xff", b"*", b'"' * 999),
}


async def test_odd_headers_break_nothing(kept_stored_site: Site) -> None:
    """What a header cannot mean is as if it were not there, on every address that reads."""
    site = kept_stored_site
    async with moderator(site) as client:
        for path, methods, (address, *_) in every_address(site):
            if "GET" not in methods:
                continue
            for name, values in ODD_HEADERS.items():
                for value in values:
                    answer = await client.get(address, headers=[(name.encode(), value)])
                    assert answer.status_code < 500, (path, name, value[:40])
