"""Linked websites through HTTP: select, list and the page with one real link, the API, and the editors' screens."""

import html
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp

from engagement_widgets import Engagement, Settings
from engagement_widgets.hooks import DeskUser, Page, Role
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.links.commands import AddGroup, AddLink, LinkFields, SetVisibility
from engagement_widgets.links.service import GroupsQuery, add_group, add_link, find_link, list_groups, set_visibility
from engagement_widgets.links.tables import groups, links
from engagement_widgets.links.views import LinkStyle
from engagement_widgets.pages.reference import make_reference
from engagement_widgets.settings import Worker
from engagement_widgets.storage.tables import changes, outbox
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock
from engagement_widgets.web.context import Context

pytestmark = pytest.mark.anyio

PAGE = Page(key="tin/cho-ben-da", url="https://bao.example/tin/cho-ben-da", title="Chợ Bến Đá")
ENGLISH = replace(PAGE, key="news/market", locale="en")
LAN = DeskUser(id="lan", name="Lan", role=Role.EDITOR)

_numbers = count(1)


async def _authorizer(request: Request, /) -> DeskUser | None:
    """The host's people at the desk, told by a header."""
    role = request.headers.get("x-role")
    return DeskUser(id="lan", name="Lan", role=Role(role)) if role else None


@pytest.fixture
def engagement(sqlite_url: str, clock: FakeClock) -> Iterator[Engagement]:
    """An instance on a fresh database, with the host's own people at the desk."""
    settings = Settings(database_url=sqlite_url, secret_keys=("k" * 32,), site="test", worker=Worker.OFF)
    made = Engagement(settings, authorizer=_authorizer, clock=clock)
    yield made
    made.close()


@pytest.fixture
def app(engagement: Engagement) -> ASGIApp:
    """The instance as a host mounts it."""
    return engagement.wrap(Starlette(), "/engagement")


@pytest.fixture
def ctx(engagement: Engagement, app: ASGIApp) -> Context:
    """The parts of the mounted instance."""
    assert app is not engagement
    return engagement.boot()


@pytest.fixture
async def reader(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that posts from our own pages."""
    async with browser(app) as client:
        yield client


@pytest.fixture
async def editor(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """An editor at the desk."""
    async with browser(app, **{"x-role": "editor"}) as client:
        yield client


def browser(app: ASGIApp, **headers: str) -> httpx.AsyncClient:
    """A browser with these headers."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://127.0.0.1/engagement",
        headers={"sec-fetch-site": "same-origin", "accept": "text/html", **headers},
    )


def new_group(storage: Storage, name: str = "bao-ban", title: str = "Báo bạn") -> UUID:
    """Add a group."""
    return storage.write_sync(add_group, AddGroup(actor=LAN, name=name, title=title))


def new_link(storage: Storage, group_id: UUID, **values: Any) -> UUID:
    """Add a link; what a test does not name is plausible and unlike the last one."""
    number = next(_numbers)
    fields = LinkFields(**({"title": f"Website {number}", "url": f"https://w{number}.example/"} | values))
    return storage.write_sync(add_link, AddLink(actor=LAN, group_id=group_id, fields=fields))


def hide(storage: Storage, link_id: UUID) -> None:
    """Hide a link from readers."""
    storage.write_sync(set_visibility, SetVisibility(actor=LAN, link_id=link_id, version=1, hidden=True))


def words(response: httpx.Response) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", response.text)).split())


def rows(tx: Tx, _: None) -> tuple[int, ...]:
    """How many rows every table that an edit writes has."""
    return tuple(
        tx.execute(select(func.count()).select_from(table)).scalar_one() for table in (groups, links, outbox, changes)
    )


async def test_the_select_names_every_link_by_id(reader: httpx.AsyncClient, ctx: Context) -> None:
    """First option empty, one optgroup a group in order, hidden links and empty groups left out."""
    first = new_group(ctx.storage, "co-quan", "Cơ quan <địa phương>")
    second = new_group(ctx.storage)
    new_group(ctx.storage, "trong", "Trống")
    one, two = new_link(ctx.storage, first, title="Cổng & thông tin"), new_link(ctx.storage, second, title="Báo Đông")
    hide(ctx.storage, new_link(ctx.storage, second, title="Ẩn đi"))
    shown = await reader.get("/fragments/links/all.html", params={"style": "select"})

    assert re.findall(r'<option value="([^"]*)">([^<]*)', shown.text) == [
        ("", "— Chọn website —"),
        (str(one), "Cổng &amp; thông tin"),
        (str(two), "Báo Đông"),
    ]
    assert re.findall(r'<optgroup label="([^"]*)"', shown.text) == ["Cơ quan &lt;địa phương&gt;", "Báo bạn"]
    assert re.search(r'<label[^>]* for="ew-links-id">Liên kết website</label>', shown.text)
    assert 'id="ew-links-id" name="id"' in shown.text


async def test_the_list_has_real_addresses(reader: httpx.AsyncClient, ctx: Context) -> None:
    """Real hrefs with the editor's rel; a new tab only where set, and then said; headings as the host chose."""
    group = new_group(ctx.storage)
    new_link(ctx.storage, group, title="Một", url="https://mot.example/?a=1&b=2", nofollow=True, sponsored=True)
    new_link(ctx.storage, group, title="Hai", url="https://hai.example/", new_tab=True)
    shown = await reader.get("/fragments/links/all.html", params={"heading": "3"})
    alone = await reader.get("/fragments/links/bao-ban.html", params={"heading": "3"})

    assert '<a href="https://mot.example/?a=1&amp;b=2" rel="nofollow sponsored noopener">Một</a>' in shown.text
    assert '<a href="https://hai.example/" rel="noopener" target="_blank">Hai' in shown.text
    assert shown.text.count("target=") == 1
    assert "Hai (mở thẻ mới)" in words(shown)
    assert re.findall(r"<h(\d)[^>]*>([^<]*)<", shown.text) == [("3", "Liên kết website"), ("4", "Báo bạn")]
    assert re.findall(r"<h(\d)[^>]*>([^<]*)<", alone.text) == [("3", "Báo bạn")]


async def test_no_links_is_a_sentence(reader: httpx.AsyncClient, ctx: Context) -> None:
    """A site without links shows a sentence, never a blank; a group that does not exist is not found."""
    new_group(ctx.storage, "trong", "Trống")

    for style in LinkStyle:
        shown = await reader.get("/fragments/links/trong.html", params={"style": style})
        assert "Chưa có liên kết nào." in words(shown)
    assert (await reader.get("/fragments/links/khong-co.html")).status_code == 404


@pytest.mark.parametrize("query", ["style=grid", "heading=1", "heading=x", "sort=new", "style=list&style=list"])
async def test_other_parameters_are_refused(reader: httpx.AsyncClient, query: str) -> None:
    """The address of a fragment holds what it can show and nothing else."""
    assert (await reader.get(f"/fragments/links/all.html?{query}")).status_code == 400


async def test_an_edit_makes_the_fragment_new(reader: httpx.AsyncClient, ctx: Context) -> None:
    """Unchanged links answer 304; after an edit the same address shows the new list."""
    group = new_group(ctx.storage)
    first = await reader.get("/fragments/links/all.html")
    known = {"if-none-match": first.headers["etag"]}
    same = await reader.get("/fragments/links/all.html", headers=known)
    new_link(ctx.storage, group, title="Mới thêm")
    new = await reader.get("/fragments/links/all.html", headers=known)

    assert (same.status_code, new.status_code) == (304, 200)
    assert "Mới thêm" in words(new)


async def test_the_widget_carries_form_page_and_group(
    reader: httpx.AsyncClient, engagement: Engagement, ctx: Context
) -> None:
    """Without JavaScript the form sends the id, and tells the page so that the answer can lead back."""
    new_link(ctx.storage, new_group(ctx.storage), title="Một")
    widgets = await engagement.widgets(PAGE)
    as_select, as_list = widgets.links("bao-ban"), widgets.links("bao-ban", style="list", heading=4)
    address = "/engagement/fragments/links/bao-ban.html?locale=vi&amp;style=select&amp;heading=2"

    assert '<form class="ew-goto" method="post" action="/engagement/links/open">' in as_select
    assert f'name="page" value="{make_reference(ctx.secrets, "test", PAGE)}"' in as_select
    assert 'name="group" value="bao-ban"' in as_select
    assert "Mở website</button>" in as_select
    assert f'data-ew-fragment="{address}"' in as_select
    assert (await reader.get(html.unescape(address).removeprefix("/engagement"))).text.strip() in as_select
    assert "<form" not in as_list
    assert '<h4 class="ew-title"' in as_list


async def test_opening_answers_one_real_link(reader: httpx.AsyncClient, ctx: Context) -> None:
    """The page names the website and its host, has its address in one link, and the way back to the article."""
    link = new_link(
        ctx.storage, new_group(ctx.storage), title="Báo Đông Khê", url="https://báo.example/tin".replace("á", "a")
    )
    data = {"id": str(link), "page": make_reference(ctx.secrets, "test", PAGE), "group": "bao-ban"}
    opened = await reader.post("/links/open", data=data)
    without_page = await reader.post("/links/open", data={"id": str(link)})

    assert opened.status_code == 200
    assert "<title>Báo Đông Khê</title>" in opened.text
    assert "bao.example" in words(opened)
    assert opened.text.count('href="https://bao.example/tin"') == 1
    assert "Mở website" in words(opened)
    assert 'href="https://bao.example/tin/cho-ben-da#ew-links-bao-ban"' in opened.text
    assert "form-action 'self'" in opened.headers["content-security-policy"]
    assert "Quay lại bài viết" not in words(without_page)


async def test_choosing_nothing_is_explained(reader: httpx.AsyncClient, ctx: Context) -> None:
    """The first option answers 422 with the same select, the field marked and the sentence tied to it."""
    link = new_link(ctx.storage, new_group(ctx.storage))
    token = make_reference(ctx.secrets, "test", PAGE)
    for data in ({"page": token}, {"page": token, "id": ""}, {"id": "", "group": "bao-ban"}):
        answer = await reader.post("/links/open", data=data)
        assert answer.status_code == 422
        assert "<title>Lỗi: Vui lòng chọn một website.</title>" in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert f'value="{link}"' in answer.text
    english = await reader.post("/links/open", data={"page": make_reference(ctx.secrets, "test", ENGLISH)})
    problem = await reader.post("/links/open", data={"id": ""}, headers={"accept": "application/json"})

    assert "Please choose a website." in words(english)
    assert [error["code"] for error in problem.json()["errors"]] == ["choose_link"]


@pytest.mark.parametrize("raw", ["x", str(uuid4()), "' OR 1=1", "đá", "{}", "0" * 5000])
async def test_an_unknown_link_is_not_found(reader: httpx.AsyncClient, raw: str) -> None:
    """What is no id, or nobody's id, is 404 in words."""
    answer = await reader.post("/links/open", data={"id": raw})

    assert answer.status_code == 404
    assert "Không tìm thấy liên kết này" in words(answer)


async def test_a_forged_page_is_not_found(reader: httpx.AsyncClient, ctx: Context) -> None:
    """A reference that is not ours leads nowhere."""
    link = new_link(ctx.storage, new_group(ctx.storage))
    answer = await reader.post("/links/open", data={"id": str(link), "page": "forged"})

    assert answer.status_code == 404


async def test_following_a_link_redirects(reader: httpx.AsyncClient, ctx: Context) -> None:
    """GET answers 303 to the address of a visible link, 404 for a hidden or unknown one."""
    group = new_group(ctx.storage)
    link, hidden = new_link(ctx.storage, group, url="https://a.example/ch%E1%BB%A3"), new_link(ctx.storage, group)
    hide(ctx.storage, hidden)
    followed = await reader.get(f"/links/{link}")

    assert (followed.status_code, followed.headers["location"]) == (303, "https://a.example/ch%E1%BB%A3")
    assert followed.headers["cache-control"] == "no-store"
    assert (await reader.get(f"/links/{hidden}")).status_code == 404
    assert (await reader.post("/links/open", data={"id": str(hidden)})).status_code == 404
    assert (await reader.get(f"/links/{uuid4()}")).status_code == 404
    assert (await reader.get("/links/open")).status_code == 405


async def test_the_api_gives_the_same_links(reader: httpx.AsyncClient, ctx: Context) -> None:
    """All groups, one group, and the fragment's JSON agree; hidden links are in none of them."""
    group = new_group(ctx.storage)
    link = new_link(ctx.storage, group, title="Một", url="https://mot.example/", sponsored=True)
    hide(ctx.storage, new_link(ctx.storage, group))
    every, one, by_fragment = [
        (await reader.get(path)).json()
        for path in ("/api/v1/links", "/api/v1/links/bao-ban", "/fragments/links/all.json")
    ]

    assert every == one == by_fragment
    assert every["groups"] == [
        {
            "name": "bao-ban",
            "title": "Báo bạn",
            "links": [
                {
                    "id": str(link),
                    "title": "Một",
                    "url": "https://mot.example/",
                    "rel": "sponsored noopener",
                    "new_tab": False,
                }
            ],
        }
    ]
    unknown = await reader.get("/api/v1/links/khong-co")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_link_group")
    assert (await reader.get("/api/v1/links?style=list")).status_code == 422


async def test_reading_changes_nothing(editor: httpx.AsyncClient, ctx: Context) -> None:
    """GET and HEAD on every address of the slice write no row."""
    link = new_link(ctx.storage, new_group(ctx.storage))
    before = ctx.storage.read_sync(rows, None)
    for method in ("GET", "HEAD"):
        for path in (
            "/links/open",
            f"/links/{link}",
            "/fragments/links/all.html",
            "/api/v1/links",
            "/desk/links",
            f"/desk/links/{link}",
            f"/desk/links/{link}/remove",
        ):
            assert (await editor.request(method, path)).status_code < 500

    assert ctx.storage.read_sync(rows, None) == before


# ---- the editors' screens ---------------------------------------------------------------------------------------


async def test_an_editor_builds_a_list(editor: httpx.AsyncClient, ctx: Context) -> None:
    """Add a group, add links, edit one, hide one, remove one, by plain forms; each answer says what was done."""
    answer = await editor.post(
        "/desk/links/groups", data={"name": "bao-ban", "title": "Báo bạn"}, follow_redirects=True
    )
    assert "Đã thêm nhóm." in words(answer)
    (group,) = ctx.storage.read_sync(list_groups, GroupsQuery(include_hidden=True))
    at = f"/desk/links/groups/{group.id}"

    for title in ("Một", "Hai"):
        data = {"title": title, "url": f"https://{title.lower()}.example", "sponsored": "1"}
        answer = await editor.post(f"{at}/links", data=data, follow_redirects=True)
        assert "Đã thêm liên kết." in words(answer)
    answer = await editor.post(f"{at}/rename", data={"name": "ban", "title": "Bạn"}, follow_redirects=True)
    assert "Đã đổi tên nhóm." in words(answer)
    (group,) = ctx.storage.read_sync(list_groups, GroupsQuery(include_hidden=True))
    one, two = group.links
    assert (group.name, one.title, one.sponsored, one.nofollow) == ("ban", "Một", True, False)

    data = {"version": "1", "title": "Một", "url": "https://moi.example", "new_tab": "1"}
    answer = await editor.post(f"/desk/links/{one.id}", data=data, follow_redirects=True)
    assert "Đã lưu liên kết." in words(answer)
    answer = await editor.post(
        f"/desk/links/{one.id}/visibility", data={"version": "2", "hidden": "1"}, follow_redirects=True
    )
    assert "Đã ẩn liên kết" in words(answer)
    answer = await editor.post(f"/desk/links/{two.id}/remove", data={"version": "1"}, follow_redirects=True)
    assert "Đã xóa liên kết." in words(answer)

    (group,) = ctx.storage.read_sync(list_groups, GroupsQuery(include_hidden=True))
    (left,) = group.links
    assert (left.url, left.new_tab, left.sponsored, left.hidden) == ("https://moi.example/", True, False, True)
    entries = ctx.storage.read_sync(read_entries, EntriesQuery(size=20))
    assert (len(entries), {entry.actor for entry in entries}) == (7, {"lan"})


async def test_a_move_says_the_new_place(editor: httpx.AsyncClient, ctx: Context) -> None:
    """The buttons' names include the link, and the status counts the places of its group."""
    group = new_group(ctx.storage)
    ids = [new_link(ctx.storage, group, title=f"Báo {letter}") for letter in "ABCDEFGHI"]
    sent = await editor.post(f"/desk/links/{ids[2]}/move", data={"direction": "up"})
    assert sent.next_request is not None
    moved = await editor.send(sent.next_request)
    back = await editor.post(f"/desk/links/{ids[2]}/move", data={"direction": "down"}, follow_redirects=True)

    assert sent.headers["location"].endswith(f"#link-{ids[2]}")
    assert "Đã chuyển lên vị trí 2 trên 9" in words(moved)
    assert "Đã chuyển xuống vị trí 3 trên 9" in words(back)
    assert 'role="status"' in moved.text
    assert "Chuyển lên Báo D" in words(moved)
    assert "Chuyển xuống Báo D" in words(moved)
    assert moved.text.count("disabled") == 2


async def test_a_notice_cannot_be_forged(editor: httpx.AsyncClient) -> None:
    """What the address says is never shown: unknown deeds and links show nothing."""
    for query in ({"done": "<b>hi</b>"}, {"done": "up", "link": "x"}, {"link": "<i>"}):
        shown = await editor.get("/desk/links", params=query)
        assert 'class="ew-msg' not in shown.text


@pytest.mark.parametrize(
    ("data", "field", "sentence"),
    [
        ({"title": "", "url": "https://a.example"}, "title", "Vui lòng điền mục này."),
        ({"title": "A" * 121, "url": "https://a.example"}, "title", "Vui lòng rút ngắn còn tối đa 120 ký tự."),
        ({"title": "A"}, "url", "Vui lòng điền mục này."),
        ({"title": "A", "url": "javascript:alert(1)"}, "url", "Địa chỉ phải bắt đầu bằng http:// hoặc https://."),
        ({"title": "A", "url": "https://a:b@c.example"}, "url", "Địa chỉ không được chứa tên đăng nhập hay mật khẩu."),
        ({"title": "A", "url": "https://a b.example"}, "url", "Địa chỉ không hợp lệ."),
        ({"title": "A", "url": f"https://a.example/{'a' * 2048}"}, "url", "Địa chỉ chỉ được dài tối đa 2048 byte."),
        ({"title": "đã có", "url": "https://a.example"}, "title", "Nhóm này đã có liên kết cùng tên."),
    ],
)
async def test_a_refused_link_keeps_what_was_typed(
    editor: httpx.AsyncClient, ctx: Context, data: dict[str, str], field: str, sentence: str
) -> None:
    """422 with the form open again, everything typed in it, the field marked; nothing is written."""
    group = new_group(ctx.storage)
    new_link(ctx.storage, group, title="Đã có")
    before = ctx.storage.read_sync(rows, None)
    answer = await editor.post(f"/desk/links/groups/{group}/links", data={**data, "nofollow": "1"})

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "<title>Lỗi: " in answer.text
    assert f'id="add-{group}-{field}-error"' in answer.text
    assert html.escape(data.get("url", "")) in answer.text
    assert 'name="nofollow" value="1" checked' in answer.text
    assert ctx.storage.read_sync(rows, None) == before


async def test_a_refused_group_keeps_what_was_typed(editor: httpx.AsyncClient, ctx: Context) -> None:
    """A name that is taken or cannot stand in an address comes back with its sentence."""
    new_group(ctx.storage)
    taken = await editor.post("/desk/links/groups", data={"name": "bao-ban", "title": "Khác"})
    wrong = await editor.post("/desk/links/groups", data={"name": "Báo bạn", "title": ""})

    assert (taken.status_code, wrong.status_code) == (422, 422)
    assert "Đã có nhóm dùng tên này." in words(taken)
    assert 'value="Khác"' in taken.text
    assert "Tên gọi chỉ gồm chữ thường không dấu" in words(wrong)
    assert 'value="Báo bạn"' in wrong.text


async def test_a_stale_edit_is_explained(editor: httpx.AsyncClient, ctx: Context) -> None:
    """Whoever saves over a newer version sees both, and can save again knowingly."""
    link = new_link(ctx.storage, new_group(ctx.storage), title="Cũ")
    first = {"version": "1", "title": "Của Lan", "url": "https://lan.example"}
    await editor.post(f"/desk/links/{link}", data=first)
    stale = {"version": "1", "title": "Của Mai", "url": "https://mai.example"}
    answer = await editor.post(f"/desk/links/{link}", data=stale)

    assert answer.status_code == 409
    assert "Mục này vừa được người khác thay đổi." in words(answer)
    assert 'value="Của Mai"' in answer.text
    assert "Đang lưu: Của Lan" in words(answer)
    assert 'name="version" value="2"' in answer.text
    for path in ("visibility", "remove"):
        refused = await editor.post(f"/desk/links/{link}/{path}", data={"version": "1", "hidden": "1"})
        assert refused.status_code == 409
    assert ctx.storage.read_sync(find_link, link).title == "Của Lan"


@pytest.mark.parametrize("version", ["", "x", "-1", "1.0", "９", "9" * 40])
async def test_a_version_that_is_none_is_refused(editor: httpx.AsyncClient, ctx: Context, version: str) -> None:
    """Our own forms always carry a version; anything else is a form that cannot be read."""
    link = new_link(ctx.storage, new_group(ctx.storage))
    answer = await editor.post(f"/desk/links/{link}/remove", data={"version": version})

    assert answer.status_code == 400
    assert ctx.storage.read_sync(find_link, link)


async def test_what_is_not_there_is_told(editor: httpx.AsyncClient) -> None:
    """Every form about an unknown group or link answers 404, an unknown direction 422."""
    nobody = uuid4()
    link = {"version": "1", "title": "A", "url": "https://a.example", "hidden": "1", "direction": "up"}
    paths = [
        *[f"/desk/links/{nobody}{path}" for path in ("", "/move", "/visibility", "/remove")],
        f"/desk/links/groups/{nobody}/links",
    ]
    statuses = [(await editor.post(path, data=link)).status_code for path in paths]
    rename = await editor.post(f"/desk/links/groups/{nobody}/rename", data={"name": "a", "title": "A"})
    direction = await editor.post(f"/desk/links/{nobody}/move", data={"direction": "left"})

    assert (statuses, rename.status_code, direction.status_code) == ([404] * 5, 404, 422)
    assert (await editor.get(f"/desk/links/{nobody}")).status_code == 404


async def test_only_editors_and_admins_enter(app: ASGIApp, ctx: Context) -> None:
    """A moderator and a stranger are refused on every screen and every form, and nothing is written."""
    link = new_link(ctx.storage, new_group(ctx.storage))
    before = ctx.storage.read_sync(rows, None)
    statuses = set()
    for headers in ({"x-role": "moderator"}, {}):
        async with browser(app, **headers) as client:
            for path in ("/desk/links", f"/desk/links/{link}"):
                statuses.add((await client.get(path)).status_code)
            for path in ("/groups", f"/{link}", f"/{link}/move", f"/{link}/visibility", f"/{link}/remove"):
                data = {"version": "1", "hidden": "1", "direction": "up", "name": "x", "title": "x"}
                statuses.add((await client.post(f"/desk/links{path}", data=data)).status_code)
    async with browser(app, **{"x-role": "admin"}) as admin:
        assert (await admin.get("/desk/links")).status_code == 200

    assert statuses == {403}
    assert ctx.storage.read_sync(rows, None) == before
