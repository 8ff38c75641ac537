"""Every way a comment, a change or a code can be wrong: an answer of its own for each, and nothing written."""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from comment_factory import OTHER_PAGE, approved
from engagement_widgets.comments.receipt_codes import receipt_code
from engagement_widgets.comments.receipt_cookie import COOKIE as RECEIPTS_COOKIE
from engagement_widgets.comments.service import Status
from engagement_widgets.web.identity import COOKIE
from engagement_widgets.web.throttle import Rate
from whole_site import READER_NAME, Site, comment_fields, reader, rows, stranger

pytestmark = pytest.mark.anyio

TEXT = "Một câu ai cũng đọc được"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A wrong sending: its address and fields, the answer it gets; `code` is the field's where one is wrong."""

    path: str
    fields: Mapping[str, str]
    status: int
    code: str
    sentence: str
    by_stranger: bool = False


def _posted(site: Site, status: int, code: str, sentence: str, **fields: str) -> Wrong:
    filled = {**comment_fields(site.ctx, body=TEXT), **fields}
    return Wrong(path="/comments", fields=filled, status=status, code=code, sentence=sentence)


def _answering(site: Site, parent: UUID) -> Wrong:
    sentence = "Bình luận được trả lời không còn hiển thị."
    return _posted(site, 404, "unknown_parent", sentence, parent=str(parent))


def _edited(comment_id: UUID, status: int, code: str, sentence: str, **changed: str) -> Wrong:
    fields = {"body": TEXT, "version": "1", **changed}
    return Wrong(path=f"/comments/{comment_id}/edit", fields=fields, status=status, code=code, sentence=sentence)


def _answered(site: Site) -> Wrong:
    root = approved(site.storage, reader=READER_NAME)
    approved(site.storage, parent=root)
    return _edited(root, 403, "comment_answered", "đã có trả lời nên không sửa được nữa", version="2")


def _late(site: Site) -> Wrong:
    site.clock.advance(timedelta(minutes=15))
    return _edited(site.comments[Status.PENDING], 403, "edit_window_over", "Đã hết thời gian sửa bình luận này.")


def _of_another(site: Site) -> Wrong:
    wrong = _edited(site.comments[Status.PENDING], 404, "unknown_receipt", "Không tìm thấy biên nhận này.")
    return Wrong(
        path=wrong.path,
        fields=wrong.fields,
        status=wrong.status,
        code=wrong.code,
        sentence=wrong.sentence,
        by_stranger=True,
    )


def _wrong_code(site: Site) -> Wrong:
    code = receipt_code(site.ctx.secrets, site.comments[Status.PENDING])
    fields = {"receipt_code": code[:-1] + ("3" if code[-1] != "3" else "4")}
    sentence = "Mã biên nhận không đúng."
    return Wrong(path="/receipts", fields=fields, status=422, code="wrong_receipt_code", sentence=sentence)


def _too_fast(site: Site) -> Wrong:
    site.ctx.throttle._rates = {**site.ctx.throttle._rates, "comment": Rate(1, 60)}
    site.ctx.throttle.check("comment", READER_NAME)
    return _posted(site, 429, "too_fast", "Thao tác quá nhanh.")


BAD: Mapping[str, Callable[[Site], Wrong]] = {
    "a page nobody signed": lambda site: _posted(site, 404, "unknown_page", "Không tìm thấy bài viết.", page="x"),
    "a reply to another page's": lambda site: _answering(site, approved(site.storage, page=OTHER_PAGE)),
    "a reply to a waiting one": lambda site: _answering(site, site.comments[Status.PENDING]),
    "a reply to a rejected one": lambda site: _answering(site, site.comments[Status.REJECTED]),
    "a reply to a deleted one": lambda site: _answering(site, site.comments[Status.DELETED]),
    "too long": lambda site: _posted(site, 422, "too_long", "tối đa 3000 ký tự", body="x" * 3001),
    "too long in bytes": lambda site: _posted(site, 422, "too_long", "tối đa 3000 ký tự", body="e" + "\u0301" * 9000),
    "only invisible characters": lambda site: _posted(
        site, 422, "required", "Vui lòng nhập nội dung bình luận.", body="\u200b\u2060\u3164"
    ),
    "a name of 200 marks": lambda site: _posted(
        site, 422, "stacked_marks", "Tên hiển thị có chữ mang quá nhiều dấu.", name="a" + "\u0301" * 200
    ),
    "a name of marks alone": lambda site: _posted(
        site, 422, "stacked_marks", "Tên hiển thị có chữ mang quá nhiều dấu.", name="\u0301" * 200
    ),
    "a change after the window": _late,
    "a change after a reply": _answered,
    "a change after a rejection": lambda site: _edited(
        site.comments[Status.REJECTED], 403, "comment_decided", "Bình luận này đã được xử lý", version="2"
    ),
    "a change of an older version": lambda site: _edited(
        approved(site.storage, reader=READER_NAME), 409, "comment_changed", "Bình luận đã thay đổi"
    ),
    "a change to nothing": lambda site: _edited(
        site.comments[Status.PENDING], 422, "required", "Vui lòng nhập nội dung bình luận.", body="\u200b"
    ),
    "a change of another's": _of_another,
    "a code that is not right": _wrong_code,
    "too fast": _too_fast,
}


def words(answer: httpx.Response) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


@pytest.mark.parametrize("case", BAD)
async def test_each_wrong_thing_has_its_answer(stored_site: Site, case: str) -> None:
    """The same for a program and a person, the typed text kept, no row changed."""
    site = stored_site
    wrong = BAD[case](site)
    before = rows(site, challenges_too=False)
    async with stranger(site.app) if wrong.by_stranger else reader(site) as client:
        told = await client.post(wrong.path, data=dict(wrong.fields), headers={"accept": "application/json"})
        problem = told.json()
        codes = [error["code"] for error in problem["errors"]] or [problem["code"]]
        assert (told.status_code, codes) == (wrong.status, [wrong.code])
        seen = await client.post(wrong.path, data=dict(wrong.fields))
    assert (seen.status_code, wrong.sentence in words(seen)) == (wrong.status, True)
    assert rows(site, challenges_too=False) == before
    if wrong.fields.get("body") == TEXT and wrong.code != "unknown_page":
        assert TEXT in words(seen)


@pytest.mark.parametrize("name", [COOKIE, RECEIPTS_COOKIE])
@pytest.mark.parametrize("value", ["x", "WyJ4Il0.x", "a" * 3000])
async def test_a_forged_cookie_opens_nothing(kept_site: Site, name: str, value: str) -> None:
    """It is as good as none: neither the receipt nor anything that can be done there."""
    comment = kept_site.comments[Status.PENDING]
    before = rows(kept_site)
    async with stranger(kept_site.app) as client:
        client.cookies.set(name, value)
        for answer in (
            await client.get(f"/receipts/{comment}"),
            await client.get(f"/comments/{comment}/edit"),
            await client.post(f"/comments/{comment}/edit", data={"body": TEXT, "version": "1"}),
            await client.post(f"/comments/{comment}/withdraw"),
            await client.patch(f"/api/v1/comments/{comment}", json={"body": TEXT, "version": 1}),
        ):
            assert answer.status_code == 404
    assert rows(kept_site) == before
