"""What a right request looks like to every route that can change something."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select

from comment_factory import PAGE
from desk_factory import PASSWORD, SECRET, code_of
from engagement_widgets import Page
from engagement_widgets.comments.fields import new_submission_key
from engagement_widgets.comments.receipt_codes import receipt_code
from engagement_widgets.desk.accounts import find_login, password_hash
from engagement_widgets.desk.pages_reading import page_facts
from engagement_widgets.desk.second_step import step_token
from engagement_widgets.desk.sessions import token_hash
from engagement_widgets.desk.tables import sessions
from engagement_widgets.storage.units import Tx
from engagement_widgets.testing import KNOWN_CODE
from rule_factory import rules_of
from whole_site import LOGIN, TWO_STEPS, Site, challenge, comment_fields, reference

FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"
NEW_PASSWORD: Final = "một câu khác cũng dài"

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A right request to one route.

    Attributes:
        fields: what is sent, given the site and the page; None for a route that takes nothing but its address.
        text: fields in which people write freely.
        optional: fields that may be missing or empty.
        loose: fields that are not looked at closely: a wrong one does not matter.
        traces: tables in which a refusal leaves its trace on purpose.
        names_page: `page` of the fields is a page reference.
        query: what the address needs besides.
        slow: a refusal costs the hash of a password.
    """

    fields: Callable[[Site, Page], Fields] | None
    text: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    loose: frozenset[str] = frozenset()
    traces: frozenset[str] = frozenset()
    names_page: bool = False
    query: str = ""
    slow: bool = False

    def made(self, site: Site, page: Page = PAGE) -> Fields:
        """The right fields."""
        return {} if self.fields is None else self.fields(site, page)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Bytes to send, with the headers that describe them."""

    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def _nothing(site: Site, page: Page) -> Fields:
    del site, page
    return {}


def _fixed(**fields: Any) -> Callable[[Site, Page], Fields]:
    def made(site: Site, page: Page) -> Fields:
        del site, page
        return fields

    return made


def _on_page(**fields: Any) -> Callable[[Site, Page], Fields]:
    def made(site: Site, page: Page) -> Fields:
        return {"page": reference(site.ctx, page), **fields}

    return made


def _comment(site: Site, page: Page) -> Fields:
    return comment_fields(site.ctx, page, email="mai@thu.example", submission_key=new_submission_key())


def _notice(site: Site, page: Page) -> Fields:
    return {
        "comments": site.ids["comment_id"][-1],
        "name": "Trần Thị Mai",
        "email": "mai@thu.example",
        "phone": "0912 345 678",
        "statement": "Bình luận bịa đặt về gia đình tôi.",
        "good_faith": "yes",
        "challenge": challenge(site.ctx, page, purpose="case"),
        "code": KNOWN_CODE,
    }


def _notice_document(site: Site, page: Page) -> Fields:
    return {**_notice(site, page), "comments": [site.ids["comment_id"][-1]], "good_faith": True}


def _outside_case(site: Site, page: Page) -> Fields:
    del page
    return {
        "channel": "letter",
        "name": "Ban quản lý chợ",
        "email": "cho@thu.example",
        "phone": "0912 345 678",
        "comments": site.ids["comment_id"][-1],
        "statement": "Đơn ngày 20 tháng 6 về bình luận bịa đặt.",
        "hours": "24",
    }


def _open_link(site: Site, page: Page) -> Fields:
    return {"id": site.ids["link_id"][0], "page": reference(site.ctx, page), "group": "bao-ban"}


def _receipt(site: Site, page: Page) -> Fields:
    del page
    return {"receipt_code": receipt_code(site.ctx.secrets, UUID(site.ids["comment_id"][0]))}


def _merge(site: Site, page: Page) -> Fields:
    del page
    return {"into": site.ids["page_id"][1]}


def _seen(site: Site) -> str:
    page = site.storage.read_sync(page_facts, UUID(site.ids["page_id"][0]))
    return page.stamp


def _page(*needs: str, **changes: str) -> Sending:
    """A form about a whole page, which carries the page as it was seen."""

    def made(site: Site, page: Page) -> Fields:
        del page
        return {"seen": _seen(site), "why": "Theo yêu cầu", **changes}

    free = frozenset({"why", *changes}) - {"url"}
    return Sending(fields=made, text=free, optional=frozenset({"why", *changes}) - {*needs})


def _merge_form(site: Site, page: Page) -> Fields:
    del page
    return {"seen": _seen(site), "into": site.ids["page_id"][1], "why": "Trùng bài"}


def _order(site: Site, page: Page) -> Fields:
    del page
    rules = rules_of(site.storage)
    return {"ids": [rule.id for rule in rules.rules], "version": rules.version}


def _second_step(site: Site, page: Page) -> Fields:
    del page
    owner = site.storage.read_sync(find_login, TWO_STEPS)
    stored = site.storage.read_sync(password_hash, owner.id)
    return {
        "step": step_token(site.ctx, owner, stored),
        "code": code_of(SECRET, site.clock.now()),
        "next": "/desk/queue",
    }


def _first_code(site: Site, page: Page) -> Fields:
    del page
    purpose = f"desk-totp-offer:{site.storage.read_sync(find_login, LOGIN).id}"
    return {"secret": site.ctx.secrets.seal(purpose, SECRET.encode()), "code": code_of(SECRET, site.clock.now())}


_WORDS: Final = {
    "kind": "words",
    "name": "Lô đề",
    "fields": ["body"],
    "params": {"entries": [{"text": "soi cầu lô đề", "spelling": "folded", "scope": "word"}]},
}
_A_LINK = _fixed(title="Báo Mới", url="https://moi.example/tin", version="1")
_A_GROUP = _fixed(name="doi-tac", title="Đối tác")
# A wrong password for a known login is written down in the journal.
_SIGN_IN = frozenset({"engagement_journal"})
# A wrong code counts against who gave it.
_FAILURES = frozenset({"engagement_captcha_failures", "engagement_measures"})

_FORMS: Final[Mapping[str, Sending]] = {
    "/ratings": Sending(fields=_on_page(score="5"), names_page=True),
    "/ratings/withdraw": Sending(fields=_on_page(), names_page=True),
    "/ratings/note": Sending(
        fields=_on_page(note="Ảnh đã cũ."), text=frozenset({"note"}), optional=frozenset({"note"}), names_page=True
    ),
    "/comments": Sending(
        fields=_comment,
        text=frozenset({"name", "body"}),
        optional=frozenset({"email", "submission_key", "challenge"}),
        traces=_FAILURES,
        names_page=True,
    ),
    "/comments/{comment_id:uuid}/edit": Sending(
        fields=_fixed(body="Một câu đã được sửa lại.", version="1"), text=frozenset({"body"})
    ),
    "/comments/{comment_id:uuid}/withdraw": Sending(fields=None),
    "/receipts": Sending(fields=_receipt),
    "/comments/{comment_id:uuid}/vote": Sending(fields=_fixed(vote="like")),
    "/comments/{comment_id:uuid}/report": Sending(
        fields=_fixed(reason="spam", text="Bán hàng"), text=frozenset({"text"}), optional=frozenset({"text"})
    ),
    "/cases": Sending(
        fields=_notice,
        text=frozenset({"name", "statement"}),
        optional=frozenset({"email", "phone", "challenge"}),
        traces=_FAILURES,
    ),
    "/captcha": Sending(
        fields=_on_page(purpose="comment", prefix="ew-"), optional=frozenset({"prefix"}), names_page=True
    ),
    "/links/open": Sending(
        fields=_open_link, optional=frozenset({"page"}), loose=frozenset({"group"}), names_page=True
    ),
    "/letters/{token}/unsubscribe": Sending(fields=None),
    "/letters/{token}/confirm": Sending(fields=None),
    "/letters/{token}/mute": Sending(fields=None),
    "/me/forget": Sending(fields=_nothing),
    "/desk/login": Sending(
        fields=_fixed(login=LOGIN, password=PASSWORD, next="/desk/queue"),
        text=frozenset({"login", "password"}),
        loose=frozenset({"next"}),
        traces=_SIGN_IN,
        slow=True,
    ),
    "/desk/login/code": Sending(fields=_second_step, loose=frozenset({"next"}), traces=_SIGN_IN),
    "/desk/proof": Sending(
        fields=_fixed(password=PASSWORD, next="/desk/people"),
        text=frozenset({"password"}),
        loose=frozenset({"next"}),
        traces=_SIGN_IN,
        slow=True,
    ),
    "/desk/invitations/{invitation}": Sending(
        fields=_fixed(new_password=NEW_PASSWORD, again=NEW_PASSWORD),
        text=frozenset({"new_password", "again"}),
        slow=True,
    ),
    "/desk/second-factor": Sending(fields=_first_code),
    "/desk/second-factor/codes": Sending(fields=None),
    "/desk/second-factor/off": Sending(fields=None),
    "/desk/authors/{comment_id:uuid}/notes": Sending(fields=_fixed(note="Hay góp ý kỹ"), text=frozenset({"note"})),
    "/desk/authors/{comment_id:uuid}/notes/{note_id:uuid}/remove": Sending(fields=None),
    "/desk/authors/{comment_id:uuid}/block": Sending(
        fields=_fixed(by="reader", effect="hold", days="7", why="Phá"),
        text=frozenset({"why"}),
        optional=frozenset({"why", "days"}),
    ),
    "/desk/authors/{comment_id:uuid}/blocks/{block_id:uuid}/lift": Sending(fields=None),
    "/desk/authors/{comment_id:uuid}/undo/{block_undo_id:uuid}": Sending(fields=None),
    "/desk/logout": Sending(fields=None),
    "/desk/password": Sending(
        fields=_fixed(password=PASSWORD, new_password=NEW_PASSWORD, again=NEW_PASSWORD),
        text=frozenset({"password", "new_password", "again"}),
        slow=True,
    ),
    "/desk/sessions/{session_id:uuid}/end": Sending(fields=None),
    "/desk/comments/{comment_id:uuid}/decision": Sending(
        fields=_fixed(version="1", decision="rejected", note="Có quảng cáo"),
        text=frozenset({"note"}),
        optional=frozenset({"note"}),
    ),
    "/desk/comments/{comment_id:uuid}/mask": Sending(fields=_fixed(version="1")),
    "/desk/undo/{undo_id:uuid}": Sending(fields=None),
    "/desk/people": Sending(
        fields=_fixed(login="hoa", name="Hoa", role="editor", sections="doi-song", email="hoa@bao.example", by="link"),
        text=frozenset({"name", "sections"}),
        optional=frozenset({"sections", "email"}),
        loose=frozenset({"by"}),
    ),
    "/desk/people/{account_id:uuid}": Sending(
        fields=_fixed(role="editor", sections="doi-song", email="lan@bao.example"),
        text=frozenset({"sections"}),
        optional=frozenset({"sections", "email"}),
    ),
    "/desk/people/{account_id:uuid}/link": Sending(fields=None),
    "/desk/people/{account_id:uuid}/second-factor": Sending(fields=None),
    "/desk/groups/{pile_id:uuid}/decide": Sending(
        fields=_fixed(seen="2030-01-01T00:00:00+00:00", decision="spam"), text=frozenset({"note"})
    ),
    "/desk/groups/undo/{pile_undo_id:uuid}": Sending(fields=None),
    "/desk/cases": Sending(
        fields=_outside_case,
        text=frozenset({"name", "statement"}),
        optional=frozenset({"email", "phone", "hours"}),
    ),
    "/desk/cases/{case_id:uuid}/decision": Sending(
        fields=_fixed(version="1", decision="upheld", note="Đúng như thông báo"), text=frozenset({"note"})
    ),
    "/desk/cases/{case_id:uuid}/notes": Sending(fields=_fixed(remark="Đã gọi lại"), text=frozenset({"remark"})),
    "/desk/cases/{case_id:uuid}/dossier": Sending(fields=None),
    "/desk/emergency": Sending(
        fields=_fixed(scope="site", hours="3", until="", reason="Nhiều thư rác", banner="", section="", page=""),
        text=frozenset({"reason", "banner"}),
        optional=frozenset({"until", "banner", "section", "page"}),
        loose=frozenset({"section", "page"}),
    ),
    "/desk/emergency/end": Sending(fields=_fixed(scope="section", target="thoi-su"), optional=frozenset({"automatic"})),
    "/desk/people/{account_id:uuid}/password": Sending(fields=None),
    "/desk/people/{account_id:uuid}/disable": Sending(fields=None),
    "/desk/people/{account_id:uuid}/enable": Sending(fields=None),
    "/desk/pages/{page_id:uuid}/close": _page(),
    "/desk/pages/{page_id:uuid}/reopen": _page(),
    "/desk/pages/{page_id:uuid}/update": _page(url="/moi", title="Tên mới", section="kinh-te"),
    "/desk/pages/{page_id:uuid}/rename": _page("key", key="tin/moi"),
    "/desk/pages/{page_id:uuid}/withdraw": _page("why"),
    "/desk/pages/{page_id:uuid}/delete": _page("why"),
    "/desk/pages/{page_id:uuid}/restore": _page(),
    "/desk/pages/{page_id:uuid}/merge": Sending(
        fields=_merge_form, text=frozenset({"why"}), optional=frozenset({"why"})
    ),
    "/desk/pages/undo/{page_undo_id:uuid}": Sending(fields=None),
    "/desk/journal/export": Sending(
        fields=_fixed(q="Lan", kind="link", since="2026-07-01", until="2026-07-02"),
        text=frozenset({"q"}),
        optional=frozenset({"q", "kind", "since", "until"}),
    ),
    "/desk/ratings/{page_id:uuid}/decision": Sending(
        fields=_fixed(version="2", decision="freeze", why="Có đợt phá"),
        text=frozenset({"why"}),
        optional=frozenset({"why"}),
    ),
    "/desk/ratings/{page_id:uuid}/undo/{rating_undo_id:uuid}": Sending(fields=None),
    "/desk/links/groups": Sending(fields=_A_GROUP, text=frozenset({"title"})),
    "/desk/links/groups/{group_id:uuid}/rename": Sending(fields=_A_GROUP, text=frozenset({"title"})),
    "/desk/links/groups/{group_id:uuid}/links": Sending(
        fields=_A_LINK, text=frozenset({"title"}), loose=frozenset({"version"})
    ),
    "/desk/links/{link_id:uuid}": Sending(fields=_A_LINK, text=frozenset({"title"})),
    "/desk/links/{link_id:uuid}/move": Sending(fields=_fixed(direction="down")),
    "/desk/links/{link_id:uuid}/visibility": Sending(
        fields=_fixed(version="1", hidden="1"), loose=frozenset({"hidden"})
    ),
    "/desk/links/{link_id:uuid}/remove": Sending(fields=_fixed(version="1")),
}

_API: Final[Mapping[tuple[str, str], Sending]] = {
    ("POST", "/api/v1/ratings"): Sending(fields=_on_page(score=5), names_page=True),
    ("POST", "/api/v1/ratings/withdraw"): Sending(fields=_on_page(), names_page=True),
    ("POST", "/api/v1/comments"): Sending(
        fields=_comment, text=frozenset({"name", "body"}), traces=_FAILURES, names_page=True
    ),
    ("PATCH", "/api/v1/comments/{comment_id:uuid}"): Sending(
        fields=_fixed(body="Một câu đã được sửa lại.", version=1), text=frozenset({"body"})
    ),
    ("POST", "/api/v1/comments/{comment_id:uuid}/withdraw"): Sending(fields=None),
    ("POST", "/api/v1/receipts"): Sending(fields=_receipt),
    ("PUT", "/api/v1/comments/{comment_id:uuid}/like"): Sending(fields=None),
    ("DELETE", "/api/v1/comments/{comment_id:uuid}/like"): Sending(fields=None),
    ("POST", "/api/v1/comments/{comment_id:uuid}/reports"): Sending(
        fields=_fixed(reason="spam", text="Bán hàng"), text=frozenset({"text"})
    ),
    ("POST", "/api/v1/cases"): Sending(
        fields=_notice_document, text=frozenset({"name", "statement"}), traces=_FAILURES
    ),
    ("POST", "/api/v1/challenges"): Sending(
        fields=_on_page(purpose="comment"), optional=frozenset({"replaces"}), names_page=True
    ),
    ("POST", "/api/v1/desk/sessions"): Sending(
        fields=_fixed(login=LOGIN, password=PASSWORD),
        text=frozenset({"login", "password", "code"}),
        traces=_SIGN_IN,
        slow=True,
    ),
    ("DELETE", "/api/v1/desk/sessions/current"): Sending(fields=None),
    ("POST", "/api/v1/desk/comments/{comment_id:uuid}/author/notes"): Sending(
        fields=_fixed(note="Hay góp ý kỹ"), text=frozenset({"note"})
    ),
    ("DELETE", "/api/v1/desk/comments/{comment_id:uuid}/author/notes/{note_id:uuid}"): Sending(fields=None),
    ("POST", "/api/v1/desk/comments/{comment_id:uuid}/decision"): Sending(
        fields=_fixed(version=1, status="rejected", note="Có quảng cáo"), text=frozenset({"note"})
    ),
    ("POST", "/api/v1/desk/comments/{comment_id:uuid}/mask"): Sending(fields=_fixed(version=1)),
    ("POST", "/api/v1/desk/comments/{root_id:uuid}/pin"): Sending(fields=_fixed(version=2)),
    ("POST", "/api/v1/desk/comments/{root_id:uuid}/unpin"): Sending(fields=_fixed(version=2)),
    ("POST", "/api/v1/desk/undo/{undo_id:uuid}"): Sending(fields=None),
    ("POST", "/api/v1/desk/rules"): Sending(fields=_fixed(rule=_WORDS), text=frozenset({"why"})),
    ("POST", "/api/v1/desk/rule-imports"): Sending(fields=_fixed(rules=[_WORDS]), text=frozenset({"pack", "why"})),
    ("POST", "/api/v1/desk/rule-simulations"): Sending(fields=_fixed(rule=_WORDS, last=50), loose=frozenset({"last"})),
    ("PUT", "/api/v1/desk/rule-order"): Sending(fields=_order),
    ("POST", "/api/v1/desk/rules/undo/{rule_undo_id:uuid}"): Sending(fields=None),
    ("PATCH", "/api/v1/desk/rules/{rule_id}"): Sending(
        fields=_fixed(version=1, name="Cá độ"), text=frozenset({"name", "note", "why"})
    ),
    ("DELETE", "/api/v1/desk/rules/{rule_id}"): Sending(fields=None, query="?version=1"),
    ("POST", "/api/v1/desk/blocks"): Sending(
        fields=_fixed(user="other", effect="hold", note="Phá"), text=frozenset({"note", "user"})
    ),
    ("DELETE", "/api/v1/desk/blocks/{block_id:uuid}"): Sending(fields=None),
    ("POST", "/api/v1/desk/blocks/undo/{block_undo_id:uuid}"): Sending(fields=None),
    ("POST", "/api/v1/desk/emergency"): Sending(
        fields=_fixed(scope="site", until="2026-07-01T12:00:00+07:00", reason="Nhiều thư rác"),
        text=frozenset({"reason", "banner", "target"}),
    ),
    ("DELETE", "/api/v1/desk/emergency"): Sending(fields=None, query="?scope=section&target=thoi-su"),
    ("POST", "/api/v1/desk/pages/{page_id:uuid}/comments"): Sending(
        fields=_fixed(closed=True, why="Đã đủ ý kiến"), text=frozenset({"why"})
    ),
    ("POST", "/api/v1/desk/pages/{page_id:uuid}/update"): Sending(
        fields=_fixed(title="Tên mới", why="Sửa tên"), text=frozenset({"title", "why", "section"})
    ),
    ("POST", "/api/v1/desk/pages/{page_id:uuid}/rename"): Sending(
        fields=_fixed(key="tin/moi"), text=frozenset({"key", "title", "why", "section"})
    ),
    ("POST", "/api/v1/desk/pages/{page_id:uuid}/withdraw"): Sending(
        fields=_fixed(why="Gỡ"), text=frozenset({"why"}), optional=frozenset({"why"})
    ),
    ("POST", "/api/v1/desk/pages/{page_id:uuid}/delete"): Sending(
        fields=_fixed(why="Xóa"), text=frozenset({"why"}), optional=frozenset({"why"})
    ),
    ("POST", "/api/v1/desk/pages/{page_id:uuid}/restore"): Sending(
        fields=_fixed(why="Đăng lại"), text=frozenset({"why"}), optional=frozenset({"why"})
    ),
    ("POST", "/api/v1/desk/pages/{page_id:uuid}/merge"): Sending(fields=_merge, text=frozenset({"why"})),
    ("POST", "/api/v1/desk/pages/undo/{page_undo_id:uuid}"): Sending(fields=None),
    ("POST", "/api/v1/desk/cases/{case_id:uuid}/decision"): Sending(
        fields=_fixed(version=1, decision="upheld", note="Đúng như thông báo"), text=frozenset({"note"})
    ),
}
# What a reader does with a comment needs one that is public and somebody else's: the last.
_JUDGING: Final = ("/vote", "/report", "/reports", "/like")

SENDINGS: Final[Mapping[tuple[str, str], Sending]] = {**{("POST", path): sent for path, sent in _FORMS.items()}, **_API}
"""By method and path of the route."""


def is_api(path: str) -> bool:
    """True for the routes that take JSON."""
    return path.startswith("/api/")


def right_body(sending: Sending, site: Site, path: str, page: Page = PAGE) -> Body:
    """The right request's body."""
    if sending.fields is None:
        return Body(content=b"")
    fields = sending.made(site, page)
    return document_body(fields) if is_api(path) else form_body(fields)


def form_body(fields: Mapping[str, str]) -> Body:
    """Fields as a form sends them."""
    return Body(content=urlencode(fields).encode(), headers={"content-type": FORM})


def document_body(fields: Fields) -> Body:
    """Fields as a program sends them."""
    return Body(content=json.dumps(fields).encode(), headers={"content-type": JSON})


def address_of(site: Site, path: str, query: str = "") -> str:
    """The route's address with real ids; a session to end is the sender's own."""
    place = -1 if path.endswith(_JUDGING) else 0
    for name, values in site.ids.items():
        value = site.storage.read_sync(_own_session, site.token) if name == "session_id" else values[place]
        for spelled in (f"{{{name}:uuid}}", f"{{{name}}}"):
            path = path.replace(spelled, value)
    assert "{" not in path, path
    return path + query


def _own_session(tx: Tx, token: str) -> str:
    own = select(sessions.c.id).where(sessions.c.token_hash == token_hash(token))
    return str(tx.execute(own).scalar_one())
