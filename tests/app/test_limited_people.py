"""People limited to sections: at every address of the desk, 403 or no row where another section's things are."""

import json
from collections.abc import AsyncIterator, Mapping
from enum import Enum
from typing import Final

import httpx
import pytest

from comment_factory import PAGE
from desk_factory import add_account, open_token
from engagement_widgets.comments.service import Status
from engagement_widgets.hooks import Role
from sendings import SENDINGS, address_of, right_body
from whole_site import NOTE, Site, every_address, moderator, rows, words_of

pytestmark = pytest.mark.anyio

SPORT: Final = frozenset({"the-thao"})
HERE: Final = frozenset({PAGE.section, "", "thoi-su", "kinh-te"})
Key = tuple[str, str]


class Reach(Enum):
    """What an address is for somebody who is limited to sections."""

    OWN = "their own business, or nobody's"
    SECTION = "refused where the thing is of another section"
    ABSENT = "not found where none of it is in one's sections: a group may have comments of several"
    LIST = "without a row of another section"
    SITE = "refused altogether: it concerns every section"


_PATHS: Final[Mapping[Reach, tuple[str, ...]]] = {
    Reach.OWN: (
        "GET /desk",
        "GET /desk/",
        "GET /desk/login",
        "POST /desk/login",
        "POST /desk/login/code",
        "POST /desk/logout",
        "GET /desk/password",
        "POST /desk/password",
        "GET /desk/sessions",
        "POST /desk/sessions/{session_id:uuid}/end",
        "GET /desk/proof",
        "POST /desk/proof",
        "GET /desk/second-factor",
        "POST /desk/second-factor",
        "POST /desk/second-factor/codes",
        "POST /desk/second-factor/off",
        "GET /desk/invitations/{invitation}",
        "POST /desk/invitations/{invitation}",
        "GET /desk/keys",
        "GET /desk/cases/new",
        "GET /desk/figures/waiting.csv",
        "GET /desk/figures/decisions.csv",
        "GET /desk/figures/people.csv",
        "GET /desk/pages/{page_id:uuid}/merge",
        "GET /desk/queue/news",
        "POST /api/v1/desk/sessions",
        "DELETE /api/v1/desk/sessions/current",
        "GET /api/v1/desk/rules",
    ),
    Reach.SECTION: (
        "GET /desk/comments/{comment_id:uuid}",
        "POST /desk/comments/{comment_id:uuid}/decision",
        "POST /desk/comments/{comment_id:uuid}/mask",
        "POST /desk/undo/{undo_id:uuid}",
        "POST /desk/groups/undo/{pile_undo_id:uuid}",
        "GET /desk/authors/{comment_id:uuid}",
        "POST /desk/authors/{comment_id:uuid}/notes",
        "POST /desk/authors/{comment_id:uuid}/notes/{note_id:uuid}/remove",
        "GET /desk/ratings/{page_id:uuid}",
        "POST /desk/ratings/{page_id:uuid}/decision",
        "POST /desk/ratings/{page_id:uuid}/undo/{rating_undo_id:uuid}",
        "POST /api/v1/desk/comments/{comment_id:uuid}/decision",
        "POST /api/v1/desk/comments/{comment_id:uuid}/mask",
        "POST /api/v1/desk/comments/{root_id:uuid}/pin",
        "POST /api/v1/desk/comments/{root_id:uuid}/unpin",
        "GET /api/v1/desk/comments/{comment_id:uuid}/author",
        "POST /api/v1/desk/comments/{comment_id:uuid}/author/notes",
        "DELETE /api/v1/desk/comments/{comment_id:uuid}/author/notes/{note_id:uuid}",
        "POST /api/v1/desk/undo/{undo_id:uuid}",
        "GET /desk/cases/{case_id:uuid}",
        "GET /desk/cases/{case_id:uuid}/dossier",
        "POST /desk/cases",
        "POST /desk/cases/{case_id:uuid}/decision",
        "POST /desk/cases/{case_id:uuid}/dossier",
        "POST /desk/cases/{case_id:uuid}/notes",
        "POST /desk/emergency/end",
        "GET /api/v1/desk/cases/{case_id:uuid}",
        "POST /api/v1/desk/cases/{case_id:uuid}/decision",
        "DELETE /api/v1/desk/emergency",
        "GET /desk/pages/{page_id:uuid}",
        "POST /desk/pages/{page_id:uuid}/close",
        "POST /desk/pages/{page_id:uuid}/reopen",
        "POST /desk/pages/{page_id:uuid}/update",
        "POST /desk/pages/{page_id:uuid}/rename",
        "POST /desk/pages/{page_id:uuid}/withdraw",
        "POST /desk/pages/{page_id:uuid}/delete",
        "POST /desk/pages/{page_id:uuid}/restore",
        "POST /desk/pages/{page_id:uuid}/merge",
        "POST /desk/pages/undo/{page_undo_id:uuid}",
        "POST /api/v1/desk/pages/{page_id:uuid}/delete",
        "POST /api/v1/desk/pages/{page_id:uuid}/comments",
        "POST /api/v1/desk/pages/{page_id:uuid}/update",
        "POST /api/v1/desk/pages/{page_id:uuid}/rename",
        "POST /api/v1/desk/pages/{page_id:uuid}/merge",
        "POST /api/v1/desk/pages/{page_id:uuid}/withdraw",
        "POST /api/v1/desk/pages/{page_id:uuid}/restore",
        "POST /api/v1/desk/pages/undo/{page_undo_id:uuid}",
    ),
    Reach.ABSENT: ("POST /desk/groups/{pile_id:uuid}/decide",),
    Reach.LIST: (
        "GET /desk/queue",
        "GET /desk/pages",
        "GET /desk/ratings",
        "GET /desk/journal",
        "GET /desk/cases",
        "GET /desk/emergency",
        "GET /desk/figures",
        "GET /desk/figures/pages.csv",
        "GET /api/v1/desk/comments",
        "GET /api/v1/desk/journal",
        "GET /api/v1/desk/cases",
        "GET /api/v1/desk/emergency",
    ),
    Reach.SITE: (
        "POST /desk/journal/export",
        "POST /desk/emergency",
        "GET /desk/people",
        "POST /desk/people",
        "GET /desk/people/{account_id:uuid}",
        "POST /desk/people/{account_id:uuid}",
        "POST /desk/people/{account_id:uuid}/password",
        "POST /desk/people/{account_id:uuid}/link",
        "POST /desk/people/{account_id:uuid}/second-factor",
        "POST /desk/people/{account_id:uuid}/disable",
        "POST /desk/people/{account_id:uuid}/enable",
        "POST /desk/authors/{comment_id:uuid}/block",
        "POST /desk/authors/{comment_id:uuid}/blocks/{block_id:uuid}/lift",
        "POST /desk/authors/{comment_id:uuid}/undo/{block_undo_id:uuid}",
        "GET /desk/links",
        "GET /desk/links/{link_id:uuid}",
        "POST /desk/links/groups",
        "POST /desk/links/groups/{group_id:uuid}/rename",
        "POST /desk/links/groups/{group_id:uuid}/links",
        "POST /desk/links/{link_id:uuid}",
        "POST /desk/links/{link_id:uuid}/move",
        "POST /desk/links/{link_id:uuid}/visibility",
        "POST /desk/links/{link_id:uuid}/remove",
        "GET /api/v1/desk/ratings/export",
        "GET /api/v1/desk/rule-packs",
        "POST /api/v1/desk/rules",
        "POST /api/v1/desk/rule-imports",
        "POST /api/v1/desk/rule-simulations",
        "PUT /api/v1/desk/rule-order",
        "POST /api/v1/desk/rules/undo/{rule_undo_id:uuid}",
        "PATCH /api/v1/desk/rules/{rule_id}",
        "DELETE /api/v1/desk/rules/{rule_id}",
        "GET /api/v1/desk/blocks",
        "POST /api/v1/desk/blocks",
        "DELETE /api/v1/desk/blocks/{block_id:uuid}",
        "POST /api/v1/desk/blocks/undo/{block_undo_id:uuid}",
        "POST /api/v1/desk/emergency",
    ),
}
REACH: Final = {tuple(named.split(" ", 1)): reach for reach, paths in _PATHS.items() for named in paths}


def _keys(*reaches: Reach) -> pytest.MarkDecorator:
    named = {" ".join(key): key for key, reach in REACH.items() if reach in reaches}
    return pytest.mark.parametrize("key", [pytest.param(key, id=name) for name, key in named.items()])


def _visitor(site: Site, sections: frozenset[str], role: Role = Role.ADMIN) -> httpx.AsyncClient:
    """An admin's browser and program, limited to these sections: every refusal is for a section."""
    token = open_token(site.storage, add_account(site.storage, role=role, sections=sections))
    client = moderator(site, authorization=f"Bearer {token}")
    for cookie in list(client.cookies.jar):
        client.cookies.set(cookie.name, token)
    return client


@pytest.fixture
async def elsewhere(kept_site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who looks after sport, where there is nothing."""
    async with _visitor(kept_site, SPORT) as client:
        yield client


async def _send(client: httpx.AsyncClient, site: Site, key: Key, *, accept: str) -> httpx.Response:
    method, path = key
    if method == "GET":
        return await client.get(address_of(site, path), headers={"accept": accept})
    body = right_body(SENDINGS[key], site, path)
    address = address_of(site, path, SENDINGS[key].query)
    return await client.request(method, address, content=body.content, headers={"accept": accept, **body.headers})


async def test_every_address_of_the_desk_is_here(kept_site: Site) -> None:
    """A new route needs its reach in this table, and is then tested with somebody limited."""
    found = {
        (method, path)
        for path, methods, _ in every_address(kept_site)
        if path.startswith(("/desk", "/api/v1/desk"))
        for method in methods - {"HEAD", "OPTIONS"}
    }
    assert found == REACH.keys()


@_keys(Reach.SECTION, Reach.SITE)
async def test_another_sections_things_are_refused(kept_site: Site, elsewhere: httpx.AsyncClient, key: Key) -> None:
    """403 with the code, for programs and in words, and nothing is written."""
    before = rows(kept_site)
    refused = await _send(elsewhere, kept_site, key, accept="application/json")
    assert (refused.status_code, refused.json().get("code")) == (403, "section_required"), refused.text
    if not key[1].startswith("/api/"):
        seen = await _send(elsewhere, kept_site, key, accept="text/html")
        assert (seen.status_code, "ngoài chuyên mục" in seen.text) == (403, True)
    assert rows(kept_site) == before


@_keys(Reach.ABSENT)
async def test_what_is_all_of_another_section_is_not_there(
    kept_site: Site, elsewhere: httpx.AsyncClient, key: Key
) -> None:
    """404, and nothing is written."""
    before = rows(kept_site)
    assert (await _send(elsewhere, kept_site, key, accept="application/json")).status_code == 404
    assert rows(kept_site) == before


@_keys(Reach.SECTION, Reach.ABSENT)
async def test_ones_own_sections_things_are_not(site: Site, key: Key) -> None:
    """The same request by somebody who looks after that section is taken."""
    async with _visitor(site, HERE) as client:
        answer = await _send(client, site, key, accept="application/json")
    assert answer.status_code < 400, answer.text


@_keys(Reach.LIST)
async def test_a_list_has_no_row_of_another_section(kept_site: Site, elsewhere: httpx.AsyncClient, key: Key) -> None:
    """Neither texts nor titles, reasons, sections or numbers; somebody who looks after it sees them."""
    sent = {"GET /desk/queue": "?view=all", "GET /api/v1/desk/comments": "?view=all"}.get(" ".join(key), "")
    address = address_of(kept_site, key[1], sent)
    empty = await elsewhere.get(address)
    assert empty.status_code == 200
    telling = (*(words_of(status) for status in Status), PAGE.title, NOTE, "thoi-su", *kept_site.ids["case_id"])
    names = ("rating.frozen", "comment.approved", "Duyệt bình luận", "Khóa đánh giá", "case.opened")
    for told in (*telling, *names):
        assert told not in empty.text, told
        assert json.dumps(told)[1:-1] not in empty.text, told
    async with _visitor(kept_site, HERE) as client:
        full = (await client.get(address)).text
    assert any(told in full or json.dumps(told)[1:-1] in full for told in (*telling, *names))


async def test_a_merge_is_previewed_within_ones_sections(site: Site) -> None:
    """Both pages are asked about: the one that goes and the one that stays."""
    gone, stays = site.ids["page_id"]
    for sections, status in ((SPORT, 403), (HERE, 200)):
        async with _visitor(site, sections) as client:
            seen = await client.get(f"/desk/pages/{gone}/merge?into={stays}")
        assert seen.status_code == status


async def test_what_was_just_done_elsewhere_is_not_shown(kept_site: Site, elsewhere: httpx.AsyncClient) -> None:
    """An address of the queue that names another section's undo or comment shows neither."""
    undo, comment = kept_site.ids["undo_id"][0], kept_site.ids["comment_id"][0]
    refused = await elsewhere.get(f"/desk/queue?view=spam&undone={comment}")
    assert refused.status_code == 403
    assert 'data-ew-shape="done"' not in (await elsewhere.get(f"/desk/queue?view=spam&done={undo}")).text


async def test_a_hold_is_begun_where_one_looks_after_it(site: Site) -> None:
    """A section's or a page's, within one's sections; the whole site's by nobody who is limited."""
    until = {"until": "2026-07-01T12:00:00+07:00"}
    asked = [
        ({"scope": "section", "target": PAGE.section}, 201),
        ({"scope": "page", "target": site.ids["page_id"][0]}, 201),
        ({"scope": "section", "target": "the-thao"}, 403),
        ({"scope": "site"}, 403),
    ]
    async with _visitor(site, frozenset({PAGE.section})) as client:
        for scope, status in asked:
            answer = await client.post("/api/v1/desk/emergency", json={**scope, **until})
            assert answer.status_code == status, (scope, answer.text)


async def test_a_page_is_not_moved_into_a_section_of_somebody_elses(site: Site) -> None:
    """Out of one's own neither: it would be gone from sight, and there for others to answer for."""
    address = f"/api/v1/desk/pages/{site.ids['page_id'][0]}/update"
    async with _visitor(site, frozenset({PAGE.section})) as client:
        refused = await client.post(address, json={"section": "the-thao"})
    assert (refused.status_code, refused.json()["code"]) == (403, "section_required")
