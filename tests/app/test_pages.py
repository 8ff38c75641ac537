"""What the host does to whole articles."""

from dataclasses import replace
from datetime import timedelta

import pytest

from comment_factory import OTHER_PAGE, PAGE, approved
from engagement_widgets import Page
from engagement_widgets.desk.page_purging import purging_pages
from engagement_widgets.errors import Conflict, Invalid, NotFound
from engagement_widgets.pages.reference import page_id
from engagement_widgets.pages.service import find_page
from engagement_widgets.testing import FakeClock
from rating_factory import counts, vote
from whole_site import Site, comment_fields, open_site, site_settings, stranger

pytestmark = pytest.mark.anyio

FRESH = Page(key="tin/chua-ai-viet", url="https://bao.example/tin/chua-ai-viet", title="Chưa ai viết")
MOVED = replace(FRESH, key="tin/dia-chi-moi", url="https://bao.example/tin/dia-chi-moi", title="Tên mới")


async def test_an_article_is_told_anew(site: Site) -> None:
    """Address, title and section are the new ones for everybody; one nobody wrote on needs nothing."""
    approved(site.storage, page=FRESH)
    told = replace(FRESH, title="Đã sửa", section="the-thao")
    await site.engagement.pages.update(told)
    await site.engagement.pages.update(MOVED)
    row = site.storage.read_sync(find_page, page_id("test", FRESH.key))
    assert row is not None
    assert row.page == told
    assert site.storage.read_sync(find_page, page_id("test", MOVED.key)) is None
    assert [one.page.title for one in await site.engagement.recent_comments(section="the-thao")] == ["Đã sửa"]


async def test_a_renamed_article_is_one_under_both_keys(site: Site) -> None:
    """Written on or not yet: both keys read and write the same, and the figures are asked by either."""
    await site.engagement.pages.rename(FRESH.key, MOVED)
    for page in (FRESH, MOVED):
        approved(site.storage, page=page)
    found = await site.engagement.counts([FRESH.key, MOVED.key])
    assert [found[key].comments for key in (FRESH.key, MOVED.key)] == [2, 2]
    with pytest.raises(Conflict, match="page_exists"):
        await site.engagement.pages.rename(MOVED.key, PAGE)


async def test_merged_articles_are_one(site: Site) -> None:
    """Comments and votes of both under both keys, also where nobody had written on one of them."""
    comment = approved(site.storage, page=FRESH)
    vote(site.storage, "r:fresh", 4, FRESH)
    await site.engagement.pages.merge(FRESH.key, MOVED)
    approved(site.storage, page=MOVED)
    found = await site.engagement.counts([FRESH.key, MOVED.key])
    assert [found[key].comments for key in (FRESH.key, MOVED.key)] == [2, 2]
    assert counts(site.storage, page_id("test", MOVED.key)) == (0, 0, 0, 1, 0)
    async with stranger(site.app) as client:
        answer = await client.get(f"/c/{comment}")
    assert str(page_id("test", MOVED.key)) in answer.headers["location"]


async def test_the_host_closes_and_reopens(site: Site) -> None:
    """A closed article refuses comments and keeps those it has; by an old name too."""
    approved(site.storage, page=FRESH)
    await site.engagement.pages.rename(FRESH.key, MOVED)
    async with stranger(site.app) as client:
        await site.engagement.pages.close(MOVED.key)
        answer = await client.post("/comments", data=comment_fields(site.ctx, FRESH, body="Đóng rồi"))
        assert answer.status_code == 403
        assert (await site.engagement.counts([FRESH.key]))[FRESH.key].comments == 1
        await site.engagement.pages.reopen(FRESH.key)
        answer = await client.post("/comments", data=comment_fields(site.ctx, FRESH, body="Mở lại"))
        assert answer.status_code == 303


async def test_days_close_an_article_by_the_one_it_became(database_url: str, clock: FakeClock) -> None:
    """Renamed it is as old as before, merged as old as the other; what its own reference says counts no longer."""
    site = open_site(site_settings(database_url, close_after_days=1), clock)

    async def taken(page: Page) -> int:
        async with stranger(site.app) as client:
            fields = comment_fields(site.ctx, page, body="Còn nhận?", code="", no_code="1")
            return (await client.post("/comments", data=fields)).status_code

    old = replace(FRESH, published_at=clock.now())
    approved(site.storage, page=old)
    clock.advance(timedelta(days=3))
    new = Page(key="tin/hom-nay", url="https://bao.example/tin/hom-nay", title="Hôm nay", published_at=clock.now())
    approved(site.storage, page=new)
    assert (await taken(old), await taken(new)) == (403, 303)
    await site.engagement.pages.rename(old.key, MOVED)
    assert (await taken(old), await taken(MOVED), await taken(replace(MOVED, published_at=clock.now()))) == (403,) * 3
    await site.engagement.pages.merge(MOVED.key, new)
    assert (await taken(old), await taken(MOVED)) == (303, 303)
    await site.engagement.pages.merge(new.key, replace(OTHER_PAGE, published_at=clock.now()))
    clock.advance(timedelta(days=2))
    assert {await taken(page) for page in (old, MOVED, new, replace(new, published_at=clock.now()))} == {403}
    site.engagement.close()


async def test_a_withdrawn_article_gives_the_host_nothing(site: Site) -> None:
    """The template that still prints its widgets does not fall; restored, they are there."""
    shown = await site.engagement.widgets(PAGE)
    await site.engagement.pages.withdraw(PAGE.key)
    gone = await site.engagement.widgets(PAGE)
    assert (str(gone.rating), str(gone.comments)) == ("", "")
    await site.engagement.pages.restore(PAGE.key)
    assert str((await site.engagement.widgets(PAGE)).comments) == str(shown.comments)


async def test_a_deleted_article_is_purged_after_its_days(site: Site) -> None:
    """The chore that the outbox's thread has for the setting removes it; restored before, it would be there."""
    comment = approved(site.storage, page=FRESH)
    await site.engagement.pages.delete(FRESH.key)
    await site.engagement.pages.restore(FRESH.key)
    assert (await site.engagement.counts([FRESH.key]))[FRESH.key].comments == 1
    await site.engagement.pages.delete(FRESH.key)
    assert purging_pages(0) == ()
    (chore,) = purging_pages(30)
    assert site.storage.write_sync(chore, None) is False
    site.clock.advance(timedelta(days=31).total_seconds())
    while site.storage.write_sync(chore, None):
        pass
    with pytest.raises(NotFound, match="unknown_page"):
        await site.engagement.pages.restore(FRESH.key)
    async with stranger(site.app) as client:
        assert (await client.get(f"/c/{comment}")).status_code == 404
        answer = await client.post("/comments", data=comment_fields(site.ctx, FRESH, body="Còn đây không?"))
        assert (answer.status_code, "Bài viết này đã được gỡ xuống." in answer.text) == (404, True)


async def test_what_the_host_cannot_do(site: Site) -> None:
    """Articles nobody wrote on, keys that are none, and a withdrawn one are told apart; nothing changes."""
    pages = site.engagement.pages
    for deed in (pages.withdraw, pages.delete, pages.restore, pages.close, pages.reopen):
        with pytest.raises(NotFound, match="unknown_page"):
            await deed(FRESH.key)
        with pytest.raises(Invalid):
            await deed("")
    for change in (pages.rename, pages.merge):
        with pytest.raises(Invalid):
            await change(PAGE.key, replace(FRESH, url="javascript:alert(1)"))
    await pages.withdraw(PAGE.key)
    with pytest.raises(NotFound, match="page_withdrawn"):
        await pages.merge(PAGE.key, OTHER_PAGE)
    assert site.storage.read_sync(find_page, page_id("test", FRESH.key)) is None
