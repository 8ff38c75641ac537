"""Searching at the desk through HTTP: a plain form that keeps the view, marked words, and clear answers."""

import html
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import ASGIApp

from comment_factory import move, post
from desk_factory import MOUNT, add_account, at_the_desk, open_token
from engagement_widgets.comments.search import finding
from engagement_widgets.comments.service import Status
from engagement_widgets.desk import place
from engagement_widgets.storage.units import Storage

pytestmark = pytest.mark.anyio

QUEUE = f"{MOUNT}/desk/queue"


@pytest.fixture
async def desk(app: ASGIApp, storage: Storage) -> AsyncIterator[httpx.AsyncClient]:
    """A moderator's browser."""
    async with at_the_desk(app, storage, add_account(storage)) as client:
        yield client


def rows(response: httpx.Response) -> list[str]:
    """The ids of the comments shown, in order."""
    return re.findall(r'data-ew-row="([^"]+)"', response.text)


async def test_the_form_keeps_the_view_and_the_words(desk: httpx.AsyncClient, storage: Storage) -> None:
    """Found in this view alone, marked in name and text; every address from here keeps both."""
    spam = post(storage, name="Chợ Lớn", body="Mua ở <chợ> & cho chắc").comment_id
    move(storage, spam, Status.SPAM)
    waiting = post(storage, body="chợ cũ").comment_id
    page = await desk.get(QUEUE, params={"view": "spam", "q": ' "CHO" '})
    assert rows(page) == [str(spam)]
    assert '<input type="hidden" name="view" value="spam">' in page.text
    assert 'value="&#34;CHO&#34;"' in page.text
    assert "<mark>Chợ</mark> Lớn" in page.text
    assert "&lt;<mark>chợ</mark>&gt; &amp; <mark>cho</mark> chắc" in page.text
    decisions = [html.unescape(found) for found in re.findall(r'action="([^"]+/decision[^"]*)"', page.text)]
    assert decisions == [f"{MOUNT}/desk/comments/{spam}/decision?view=spam&q=%22CHO%22"]
    assert f'href="{QUEUE}?q=%22CHO%22"' in page.text  # the same search in the view of what waits
    assert rows(await desk.get(QUEUE, params={"q": "cho"})) == [str(waiting)]
    assert rows(await desk.get(QUEUE, params={"view": "all", "q": "cho"})) == [str(spam), str(waiting)]


async def test_a_decision_comes_back_to_the_search(desk: httpx.AsyncClient, storage: Storage) -> None:
    """The plain form's answer leads to the same words."""
    comment = post(storage, body="chợ cũ").comment_id
    page = await desk.get(QUEUE, params={"q": "chợ"})
    action = html.unescape(re.findall(r'action="([^"]+/decision[^"]*)"', page.text)[0])
    decided = await desk.post(action, data={"version": "1", "decision": "approved"})
    assert decided.status_code == 303
    assert "q=ch%E1%BB%A3" in decided.headers["location"]
    assert rows(await desk.get(decided.headers["location"])) == [str(comment)]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("khôngcó", "Không tìm thấy bình luận nào"),
        ("…!?", "Chưa có chữ nào để tìm"),
        ("😀 \x00 *", "Chưa có chữ nào để tìm"),
        ('<script>alert("x")</script>', "Không tìm thấy bình luận nào"),
        ("NEAR( -a:^b* OR", "Không tìm thấy bình luận nào"),
        ("a" * 3000, "Không tìm thấy bình luận nào"),
    ],
)
async def test_nothing_found_is_said_clearly(desk: httpx.AsyncClient, storage: Storage, query: str, said: str) -> None:
    """Whatever was typed: a page with a sentence, what was typed escaped."""
    post(storage, body="chợ cũ")
    page = await desk.get(QUEUE, params={"q": query})
    assert page.status_code == 200
    assert said in page.text
    assert "<script>alert" not in page.text
    assert rows(page) == []


async def test_blanks_are_no_search(desk: httpx.AsyncClient, storage: Storage) -> None:
    """An empty form shows the view."""
    comment = post(storage, body="chợ cũ").comment_id
    assert rows(await desk.get(QUEUE, params={"q": "  "})) == [str(comment)]


async def test_a_search_goes_on_where_the_newest_had_nothing(
    desk: httpx.AsyncClient, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where many in other views have the words the answer says so and leads on, to the end."""
    monkeypatch.setattr(finding, "MOST_CANDIDATES", 2)
    wanted = post(storage, body="chợ cũ").comment_id
    for _ in range(3):
        move(storage, post(storage, body="chợ mới").comment_id, Status.APPROVED)
    page = await desk.get(QUEUE, params={"q": "chợ"})
    assert "Chưa thấy trong phần mới nhất" in page.text
    following = await desk.get(html.unescape(re.findall(r'href="([^"]+)" rel="next"', page.text)[0]))
    assert rows(following) == [str(wanted)]


async def test_programs_search_and_page_alike(
    desk: httpx.AsyncClient, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`q` beside the view; an e-mail address whole; a cursor belongs to its words."""
    monkeypatch.setattr(place, "PAGE_SIZE", 1)
    first = post(storage, body="chợ một", email="lan@bao.example").comment_id
    second = post(storage, body="chợ hai").comment_id
    address = f"{MOUNT}/api/v1/desk/comments"
    token = {"Authorization": f"Bearer {open_token(storage, add_account(storage))}"}

    async def ask(**params: str) -> list[str]:
        answer = await desk.get(address, params=params, headers=token)
        assert answer.status_code == 200
        return [comment["id"] for comment in answer.json()["comments"]]

    assert await ask(q="cho") == [str(second), str(first)]
    assert await ask(q="lan@bao.example") == [str(first)]
    assert await ask(q="cho", view="spam") == []
    wrong = await desk.get(address, params={"q": "cho", "cursor": "x"}, headers=token)
    assert (wrong.status_code, wrong.json()["code"]) == (400, "bad_cursor")
