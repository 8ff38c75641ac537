"""Any text there is, sent every way there is: stored in its canonical form or refused, never an error of ours."""

import json
import re
import socket
from itertools import count
from urllib.parse import quote_from_bytes
from uuid import UUID

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from comment_factory import post
from engagement_widgets.comments.fields import BODY, NAME
from engagement_widgets.comments.service import Status, queue_item
from engagement_widgets.errors import Invalid
from engagement_widgets.kernel.signing import reader_hash
from engagement_widgets.kernel.text import canonical
from engagement_widgets.web.identity import COOKIE, reader_token
from whole_site import Site, comment_fields, moderator, stranger

pytestmark = pytest.mark.anyio

FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}
# A tag of our own making: seen in any page's source, a reader's text has become markup.
MARK = "<qqq>"
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=40) | st.text(
    st.sampled_from(
        "aệ\u0301\u0323 \n\t\r\x00\x1b\x85\u200b\u200d\u202e\u2028\ufe0f\U000e0061\ud83c\udf40<>&\"'%+=;{}"
    ),
    max_size=30,
)
_readers = count(1)


def taken(name: str, body: str) -> tuple[str, str] | None:
    """The texts as they are stored, or None where a field refuses them."""
    try:
        return NAME.parse(name), BODY.parse(body)
    except Invalid:
        return None


def urlencoded(fields: dict[str, str]) -> bytes:
    """A form's body; lone surrogates as the bytes that a careless program would send."""
    pairs = (f"{name}={quote_from_bytes(text.encode('utf-8', 'surrogatepass'))}" for name, text in fields.items())
    return "&".join(pairs).encode()


def visitor(site: Site) -> tuple[httpx.AsyncClient, str]:
    """A browser of its own, and its reader as rows name it."""
    reader = next(_readers).to_bytes(16)
    client = stranger(site.app, accept="application/json")
    client.cookies.set(COOKIE, reader_token(site.ctx.secrets, reader))
    return client, f"r:{reader_hash(reader)}"


@settings(max_examples=40, deadline=None)
@given(name=ANYTHING, body=ANYTHING)
@example(name="Mai", body="a\u0323\u0302 \ud800")
@example(name="\u0301" * 200, body="\u200b\u2060")
async def test_any_text_by_form_and_by_api(kept_site: Site, name: str, body: str) -> None:
    """Posted by both and changed by both: 201 with the canonical text, or a refusal; pages hold no markup of theirs."""
    site = kept_site
    name, body = name + MARK, body + MARK
    expected = taken(name, body)
    client, reader = visitor(site)
    async with client:
        document = json.dumps(comment_fields(site.ctx, name=name, body=body)).encode()
        answers = [
            await client.post(
                "/comments", content=urlencoded(comment_fields(site.ctx, name=name, body=body)), headers=FORM
            ),
            await client.post("/api/v1/comments", content=document, headers=JSON),
        ]
        for answer in answers:
            assert answer.status_code in ({201} if expected else {400, 422}), answer.text
            if expected:
                await _is_shown(client, answer.json()["id"], expected)
        await _change(site, client, reader, body)


async def _is_shown(client: httpx.AsyncClient, identity: str, expected: tuple[str, str]) -> None:
    receipt = (await client.get(f"/api/v1/receipts/{identity}")).json()
    assert (receipt["author"], receipt["body"]) == expected
    for address in (f"/receipts/{identity}", f"/comments/{identity}/edit"):
        page = await client.get(address, headers={"accept": "text/html"})
        assert page.status_code == 200
        assert MARK not in page.text


async def _change(site: Site, client: httpx.AsyncClient, reader: str, body: str) -> None:
    """Put the text in the place of another, by form and by API."""
    sent = post(site.storage, reader=reader).comment_id
    for version, way in ((1, "form"), (2, "api")):
        text = f"{way} {body}"
        fields = {"body": text, "version": version}
        if way == "form":
            content = urlencoded({"body": text, "version": str(version)})
            answer = await client.post(f"/comments/{sent}/edit", content=content, headers=FORM)
        else:
            answer = await client.patch(f"/api/v1/comments/{sent}", content=json.dumps(fields).encode(), headers=JSON)
        if taken("Mai", text) is None:
            assert answer.status_code in {400, 422}
            return
        assert answer.status_code == 200
        assert answer.json()["body"] == canonical(text, multiline=True)


async def test_no_readers_address_is_ever_fetched(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Post, change, approve, show, read at the desk and by API a text full of addresses: no socket is opened."""

    def opened(*arguments: object, **named: object) -> None:
        raise AssertionError(f"a socket was opened: {arguments} {named}")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, opened)
    monkeypatch.setattr(socket, "getaddrinfo", opened)
    body = "Xem http://127.0.0.1:9/a, https://bao.example/x.png, http://169.254.169.254/ và www.bao.example"
    async with stranger(site.app) as client, moderator(site) as desk:
        sent = await client.post("/comments", data=comment_fields(site.ctx, body=body))
        identity = UUID(re.split("/", sent.headers["location"])[-1])
        changed = await client.post(f"/comments/{identity}/edit", data={"body": f"{body} nữa", "version": "1"})
        assert changed.status_code == 303
        assert (await desk.get(f"/desk/comments/{identity}")).status_code == 200
        decision = {"version": 2, "status": "approved"}
        assert (await desk.post(f"/api/v1/desk/comments/{identity}/decision", json=decision)).status_code == 200
        assert (await client.get(f"/api/v1/comments/{identity}")).status_code == 200
        page = await client.get(f"/c/{identity}", follow_redirects=True)
    assert 'href="http://127.0.0.1:9/a" rel="ugc nofollow noopener"' in page.text
    assert site.storage.read_sync(queue_item, identity).status is Status.APPROVED
