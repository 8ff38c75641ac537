"""What arrives while its page is merged, renamed or withdrawn lands right, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from comment_factory import MAI, OTHER_PAGE, PAGE, approved, post
from engagement_widgets.comments.service import Recount, recount
from engagement_widgets.comments.tables import comments
from engagement_widgets.desk.page_deeds import PageDeed, rename_page, withdraw_page
from engagement_widgets.desk.page_merging import MergePages, merge_pages
from engagement_widgets.errors import NotFound
from engagement_widgets.hooks import Moderation, Page
from engagement_widgets.pages.reference import page_id
from engagement_widgets.ratings.tables import votes
from engagement_widgets.storage.units import Storage, Tx
from rating_factory import proved, take_back, vote

NEW = replace(PAGE, key="tin/moi")
PAGE_ID, OTHER_ID, NEW_ID = (page_id("test", page.key) for page in (PAGE, OTHER_PAGE, NEW))


def merge(storage: Storage) -> None:
    """Into the other page."""
    storage.write_sync(merge_pages, MergePages(page_id=PAGE_ID, into=OTHER_ID, actor=MAI))


def rename(storage: Storage) -> None:
    """To the new key."""
    storage.write_sync(rename_page, PageDeed(page_id=PAGE_ID, actor=MAI, changes={"key": NEW.key}))


def withdraw(storage: Storage) -> None:
    """With all it carries."""
    storage.write_sync(withdraw_page, PageDeed(page_id=PAGE_ID, actor=MAI))


def written(tx: Tx, command: None) -> tuple[set[UUID], set[UUID], int, int]:
    """The pages that comments and votes stand under, and how many there are."""
    del command
    posts = list(tx.execute(select(comments.c.page_id)).scalars())
    given = list(tx.execute(select(votes.c.page_id)).scalars())
    return set(posts), set(given), len(posts), len(given)


def write(storage: Storage, pages: tuple[Page, ...], number: int) -> int:
    """A comment and a vote, or a vote taken back; how many of the first two were taken."""
    taken = 0
    refusals: set[str] = set()
    page = pages[number % len(pages)]
    for attempt in (
        lambda: post(storage, page=page, moderation=Moderation.POST),
        lambda: vote(storage, f"r:voter{number}", 1 + number % 5, page),
    ):
        try:
            attempt()
            taken += 1
        except NotFound as refused:
            refusals.add(refused.code)
    assert refusals <= {"page_withdrawn"}
    return taken


@pytest.mark.parametrize(
    ("deed", "pages", "home"),
    [
        (merge, (PAGE, OTHER_PAGE), OTHER_ID),
        (rename, (PAGE, NEW), PAGE_ID),
        (withdraw, (PAGE,), PAGE_ID),
    ],
)
def test_nothing_is_stranded(
    storage: Storage, deed: Callable[[Storage], None], pages: tuple[Page, ...], home: UUID
) -> None:
    """Whatever was acknowledged stands under the page that remains, every figure is exact, nothing is lost."""
    approved(storage)
    if deed is merge:
        approved(storage, page=OTHER_PAGE)
    others = [page for page in pages if page is not NEW]
    with ThreadPoolExecutor(6) as pool:
        before = [pool.submit(write, storage, tuple(others), number) for number in range(12)]
        done = pool.submit(deed, storage)
        after = [pool.submit(write, storage, tuple(others), number) for number in range(12, 24)]
        done.result()
        taken = sum(each.result() for each in (*before, *after))
    if deed is not withdraw:
        assert taken == 48
        taken += write(storage, (pages[-1],), 24)
    posts, given, number_of_posts, number_of_votes = storage.read_sync(written, None)
    assert posts == given | posts == {home}
    assert number_of_posts + number_of_votes == taken + (2 if deed is merge else 1)
    assert storage.read_sync(recount, Recount()).was_right
    assert proved(storage)


def test_a_vote_taken_back_meanwhile_is_gone(storage: Storage) -> None:
    """Votes taken back by the old id while their page is merged are not left behind on the other."""
    approved(storage, page=OTHER_PAGE)
    voters = [f"r:voter{number}" for number in range(16)]
    for voter in voters:
        vote(storage, voter, 4)
    with ThreadPoolExecutor(6) as pool:
        first = [pool.submit(take_back, storage, voter, PAGE_ID) for voter in voters[:8]]
        done = pool.submit(merge, storage)
        last = [pool.submit(take_back, storage, voter, PAGE_ID) for voter in voters[8:]]
        for each in (*first, *last):
            each.result()
        done.result()
    assert storage.read_sync(written, None)[3] == 0
    assert proved(storage)


def test_two_merges_towards_each_other_leave_one_page(storage: Storage) -> None:
    """Two editors merge the same pair in both directions at once: one wins, the other changes nothing."""
    approved(storage)
    approved(storage, page=OTHER_PAGE)
    pairs = ((PAGE_ID, OTHER_ID), (OTHER_ID, PAGE_ID)) * 3
    with ThreadPoolExecutor(6) as pool:
        for each in [
            pool.submit(storage.write_sync, merge_pages, MergePages(page_id=one, into=other, actor=MAI))
            for one, other in pairs
        ]:
            each.result()
    posts, _, number, _ = storage.read_sync(written, None)
    assert (len(posts), number) == (1, 2)
    assert storage.read_sync(recount, Recount()).was_right
