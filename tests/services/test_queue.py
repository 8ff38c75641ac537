"""The queue: what is listed, in which order, how much there is; the lane's share; piles of similar comments."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, update

from comment_factory import MAI, OTHER_PAGE, PAGE, SITE, approved, move, post
from engagement_widgets.comments.queue import walking
from engagement_widgets.comments.queue.deciding import DecideGroup, decide_group, undo_group
from engagement_widgets.comments.queue.filters import QueueFilter, QueueSort
from engagement_widgets.comments.queue.reading import LANE_SHARE, merge
from engagement_widgets.comments.queue.walking import Part, QueueKey, QueueQuery, QueueSpot
from engagement_widgets.comments.service import (
    FiguresQuery,
    GroupQuery,
    HeldReason,
    NewsQuery,
    Recount,
    Status,
    UndoDecision,
    count_news,
    figures,
    group_view,
    queue,
    recount,
)
from engagement_widgets.comments.tables import comments
from engagement_widgets.comments.traits import BITS
from engagement_widgets.errors import NotFound
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock
from statements import statements

BEGAN = datetime(2026, 7, 1, tzinfo=UTC)
SPAM = "Nhận ngay quà khủng khi đăng ký hôm nay nhé cả nhà"
ELSEWHERE = DeskUser(id="tu", name="Tú", role=Role.MODERATOR, sections=frozenset({"the-thao"}))


def walk(storage: Storage, **values: Any) -> list[UUID]:
    """The ids of every page, one after the other."""
    asked: dict[str, Any] = {"status": Status.PENDING, "size": 3} | values
    query = QueueQuery(**asked)
    found: list[UUID] = []
    while True:
        page = storage.read_sync(queue, query)
        found += [item.id for item in page.items]
        if page.next is None:
            return found
        query = replace(query, after=page.next)


def narrowed(storage: Storage, **values: Any) -> list[UUID]:
    """Everything of the waiting ones that fits."""
    return walk(storage, narrowed=QueueFilter(**values))


def test_each_filter_finds_what_fits_it_and_nothing_else(storage: Storage, clock: FakeClock) -> None:
    """Section, page, reason, reader, address, days, link, marks; together they all have to fit."""
    plain = post(storage, body="Đi chợ sớm mới thấy sạch", reader="r:a", email="a@b.vn").comment_id
    clock.advance(3600)
    linked = post(storage, body="Xem https://vd.example nhé bà con", page=OTHER_PAGE).comment_id
    clock.advance(3600)
    unmarked = post(storage, body="di cho som moi thay sach", no_code=True).comment_id
    assert narrowed(storage) == [plain, linked, unmarked]
    assert narrowed(storage, section=PAGE.section) == [plain, unmarked]
    assert narrowed(storage, sections=frozenset({OTHER_PAGE.section})) == [linked]
    assert narrowed(storage, page_id=page_id(SITE, OTHER_PAGE.key)) == [linked]
    assert narrowed(storage, reason=HeldReason.NO_CODE) == [unmarked]
    assert narrowed(storage, reason=HeldReason.PREMODERATION) == [plain, linked, unmarked]
    assert narrowed(storage, reader="r:a") == narrowed(storage, email="a@b.vn") == [plain]
    began = clock.now() - timedelta(seconds=5400)
    assert narrowed(storage, since=began) == [linked, unmarked]
    assert narrowed(storage, until=began) == [plain]
    assert narrowed(storage, reason=HeldReason.NO_CODE, section=OTHER_PAGE.section) == []
    assert narrowed(storage, unreplied=True) == [plain, linked, unmarked]
    assert narrowed(storage, has_link=True) == [linked]
    assert narrowed(storage, unmarked=True) == [unmarked]
    assert narrowed(storage, unmarked=True, has_link=True) == []


def test_each_reason_is_a_filter(storage: Storage) -> None:
    """Every one there is, so that no address of the desk that names one fails."""
    for reason in HeldReason:
        assert walk(storage, narrowed=QueueFilter(reason=reason)) == []
    assert len(set(BITS.values())) == len(HeldReason) - 1  # reports are counted in a column of their own


def test_unreplied_is_what_nobody_has_answered_publicly(storage: Storage) -> None:
    """A reply counts once it is approved."""
    answered, alone = approved(storage), approved(storage)
    post(storage, parent=alone)
    move(storage, post(storage, parent=answered).comment_id, Status.APPROVED)
    found = walk(storage, status=Status.APPROVED, narrowed=QueueFilter(unreplied=True))
    assert answered not in found
    assert alone in found


def test_what_is_pressing_comes_first(storage: Storage) -> None:
    """Complaints, then what may harm, then newcomers, then waves with the first of each; then the longest waiting."""
    first, again = (post(storage, body=SPAM).comment_id for _ in range(2))
    newcomer = post(storage).comment_id
    wave = post(storage, trapped=True).comment_id
    harm = post(storage, body="Gọi cho tôi số 0912 345 678 nhé bà con").comment_id
    complained = post(storage).comment_id
    second = post(storage).comment_id

    def complain(tx: Tx, _: None) -> None:
        tx.execute(update(comments).where(comments.c.id == complained).values(reported=2))

    storage.write_sync(complain, None)
    assert walk(storage, sort=QueueSort.PRIORITY, size=2) == [
        complained,
        harm,
        newcomer,
        second,
        first,
        again,
        wave,
    ]


@pytest.mark.parametrize("sort", QueueSort)
@pytest.mark.parametrize("arranged", [False, True])
def test_a_walk_loses_nothing_and_shows_nothing_twice(storage: Storage, sort: QueueSort, *, arranged: bool) -> None:
    """Whatever the order and the page size, also with the lane's share."""
    ids = [post(storage, no_code=number % 4 == 0).comment_id for number in range(11)]
    for size in (1, 2, 5, 20):
        found = walk(storage, sort=sort, size=size, arranged=arranged)
        assert sorted(found) == sorted(ids)
        assert len(found) == len(ids)


def _keys(offsets: Sequence[int]) -> list[QueueKey]:
    return [(0, BEGAN + timedelta(seconds=offset), UUID(int=offset)) for offset in offsets]


@given(
    lane=st.sets(st.integers(min_value=0, max_value=99), max_size=30),
    size=st.integers(min_value=1, max_value=12),
    descends=st.booleans(),
)
def test_one_in_five_is_of_the_lane_while_one_waits(lane: set[int], size: int, *, descends: bool) -> None:
    """Any five in a row have one of the lane until it is empty, and all pages together are exactly all comments."""
    those = _keys(sorted(lane, reverse=descends))
    others = _keys(sorted(set(range(100)) - lane, reverse=descends))
    found: list[QueueKey] = []
    spot = QueueSpot()
    while True:
        first = _after(those, spot.lane, descends=descends)[: size + 1]
        second = _after(others, spot.last, descends=descends)[: size + 1]
        page = merge(first, second, spot, size=size, descends=descends)
        assert page.more == (len(first) + len(second) > len(page.keys))
        found, spot = [*found, *page.keys], page.spot
        if not page.more:
            break
    assert sorted(found) == sorted([*those, *others])
    assert len(found) == len(set(found))
    assert [key for key in found if key in those] == those
    waiting = found[: found.index(those[-1]) + 1] if those else []
    for at in range(len(waiting) - LANE_SHARE + 1):
        assert set(waiting[at : at + LANE_SHARE]) & set(those)


def _after(keys: list[QueueKey], at: QueueKey | None, *, descends: bool) -> list[QueueKey]:
    return keys if at is None else [key for key in keys if (key < at if descends else key > at)]


def test_figures_are_those_of_the_rows(storage: Storage) -> None:
    """By view, section and reason; of one section, one page, and for somebody limited to a section."""
    post(storage, no_code=True)
    post(storage, page=OTHER_PAGE)
    approved(storage)
    found = storage.read_sync(figures, FiguresQuery(status=Status.PENDING))
    assert (found.views[Status.PENDING], found.views[Status.APPROVED]) == (2, 1)
    assert dict(found.sections) == {PAGE.section: 1, OTHER_PAGE.section: 1}
    assert (found.reasons[HeldReason.PREMODERATION], found.reasons[HeldReason.NO_CODE]) == (2, 1)
    assert found.lane is not None
    assert found.lane.count == 1
    limits = (
        QueueFilter(sections=frozenset({OTHER_PAGE.section})),
        QueueFilter(section=OTHER_PAGE.section),
        QueueFilter(page_id=page_id(SITE, OTHER_PAGE.key)),
    )
    for limit in limits:
        found = storage.read_sync(figures, FiguresQuery(status=Status.PENDING, narrowed=limit))
        assert (found.views[Status.PENDING], found.views[Status.APPROVED], found.lane) == (1, 0, None)


@pytest.mark.parametrize("status", [Status.APPROVED, Status.SPAM, Status.DELETED])
def test_figures_follow_every_decision(storage: Storage, status: Status) -> None:
    """After any move and back again they equal a recount."""
    one = post(storage, no_code=True).comment_id
    post(storage, body=SPAM, compared=True)
    post(storage, body=SPAM, compared=True)
    move(storage, one, status)
    assert storage.read_sync(recount, Recount()).was_right
    move(storage, one, Status.PENDING)
    assert storage.read_sync(recount, Recount()).was_right
    found = storage.read_sync(figures, FiguresQuery(status=None))
    assert sum(found.views.values()) == 3
    assert found.reasons[HeldReason.NO_CODE] == 1


def test_figures_read_counters_alone(storage: Storage) -> None:
    """No statement asks the comments but for what is reported and the lane's oldest, each off its own index."""
    post(storage, no_code=True)
    with statements() as sent:
        storage.read_sync(figures, FiguresQuery(status=Status.PENDING))
    asked = Counter("reported" if "reported > 0" in one else "lane" if "& 2048" in one else "rest" for one in sent)
    of_comments = [one for one in sent if "FROM engagement_comments " in one]
    assert asked["reported"] == asked["lane"] == 1
    assert len(of_comments) <= 2


def test_news_is_what_came_and_fits(storage: Storage, clock: FakeClock) -> None:
    """Only what waits, came after the moment, and fits the filter."""
    post(storage)
    seen = clock.now()
    clock.advance(5)
    post(storage)
    approved(storage)
    assert storage.read_sync(count_news, NewsQuery(seen=seen)) == 1
    elsewhere = QueueFilter(section="the-thao")
    assert storage.read_sync(count_news, NewsQuery(seen=seen, narrowed=elsewhere)) == 0


def wave(storage: Storage, clock: FakeClock) -> list[UUID]:
    """Five that say nearly the same on two pages, and one in between that says something else."""
    texts = (SPAM, SPAM.replace("khủng", "xịn"), "Chợ hôm nay đông quá bà con ơi", SPAM, SPAM.lower(), SPAM + " 🎁")
    ids = []
    for number, body in enumerate(texts):
        clock.advance(60)
        page = OTHER_PAGE if number == 3 else PAGE
        ids.append(post(storage, body=body, page=page, name=f"Bạn đọc {number % 4}", compared=True).comment_id)
    return ids


def test_similar_ones_are_one_pile(storage: Storage, clock: FakeClock) -> None:
    """The first stands for all, on whatever page they wait, in every order; unarranged each stands for itself."""
    ids = wave(storage, clock)
    assert walk(storage, arranged=True) == [ids[0], ids[2]]
    assert walk(storage, arranged=True, sort=QueueSort.NEWEST) == [ids[5], ids[2]]
    assert walk(storage) == ids
    pile = storage.read_sync(group_view, GroupQuery(group_id=ids[0]))
    assert pile is not None
    assert (pile.count, pile.names, pile.pages, pile.wordings) == (5, 3, 2, 3)
    assert "<mark>" in pile.pattern
    assert "<mark>xịn</mark>" in "".join(variant.html for variant in pile.variants)
    assert narrowed(storage, group_id=ids[0]) == [ids[0], ids[1], ids[3], ids[4], ids[5]]


def test_a_pile_stands_where_the_first_that_fits_waits(storage: Storage, clock: FakeClock) -> None:
    """Whoever sees one section sees the pile of that section; once the first is decided the next one leads."""
    ids = wave(storage, clock)
    elsewhere = QueueFilter(sections=frozenset({OTHER_PAGE.section}))
    assert walk(storage, arranged=True, narrowed=elsewhere) == [ids[3]]
    assert storage.read_sync(group_view, GroupQuery(group_id=ids[0], narrowed=elsewhere)) is None
    move(storage, ids[0], Status.SPAM)
    assert walk(storage, arranged=True) == [ids[1], ids[2]]


def test_a_pile_is_decided_but_for_its_exceptions_and_taken_back(storage: Storage, clock: FakeClock) -> None:
    """Whoever has had something approved is left out, what came later too; one undo brings all of them back."""
    approved(storage, reader="r:hanh")
    ids = wave(storage, clock)
    quoting = post(storage, reader="r:hanh", body=f"{SPAM} có phải", compared=True).comment_id
    seen = clock.now()
    clock.advance(60)
    late = post(storage, body=SPAM, compared=True).comment_id
    pile = storage.read_sync(group_view, GroupQuery(group_id=ids[0]))
    assert pile is not None
    assert [(one.id, one.approved) for one in pile.exempt] == [(quoting, 1)]
    command = DecideGroup(group_id=ids[0], seen=seen, status=Status.SPAM, actor=MAI)
    decided = storage.write_sync(decide_group, command)
    assert (decided.count, decided.left) == (5, 0)
    assert walk(storage) == [ids[2], quoting, late]
    assert storage.read_sync(recount, Recount()).was_right
    assert decided.undo_id is not None
    undone = storage.write_sync(undo_group, UndoDecision(undo_id=decided.undo_id, actor=MAI))
    assert (undone.count, undone.left) == (5, 0)
    assert walk(storage) == [*ids, quoting, late]
    assert storage.read_sync(recount, Recount()).was_right


def test_nobody_decides_a_pile_of_another_section(storage: Storage, clock: FakeClock) -> None:
    """What is not theirs does not wait for them."""
    ids = wave(storage, clock)
    command = DecideGroup(group_id=ids[0], seen=clock.now(), status=Status.SPAM, actor=ELSEWHERE)
    with pytest.raises(NotFound, match="unknown_group"):
        storage.write_sync(decide_group, command)
    assert walk(storage) == ids


def test_a_page_looks_at_so_many_and_goes_on(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where few of many fit, a page is short and its spot leads on to all that fit."""
    ids = [post(storage, no_code=number in {2, 9}).comment_id for number in range(12)]
    monkeypatch.setattr(walking, "MOST_LOOKED", 4)
    fits = QueueFilter(reason=HeldReason.NO_CODE)
    first = storage.read_sync(queue, QueueQuery(status=Status.PENDING, size=3, narrowed=fits))
    assert ([item.id for item in first.items], first.next is None) == ([ids[2]], False)
    for sort in (QueueSort.OLDEST, QueueSort.NEWEST):
        assert sorted(walk(storage, narrowed=fits, sort=sort)) == [ids[2], ids[9]]
        assert sorted(walk(storage, narrowed=fits, sort=sort, status=None)) == [ids[2], ids[9]]
        assert sorted(walk(storage, narrowed=fits, sort=sort, arranged=True)) == [ids[2], ids[9]]


def _plan(url: str, query: QueueQuery, part: Part) -> list[str]:
    engine = create_engine(url)
    shape, params = walking._shape(query, part, None, None)
    statement = walking._statement(shape).params(site="test", size=5, **params)
    sql = str(statement.compile(engine, compile_kwargs={"render_postcompile": True}))
    try:
        with engine.connect() as connection:
            explained = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (None,) * sql.count("?"))
            return [row.detail for row in explained]
    finally:
        engine.dispose()


FILTERS = (
    QueueFilter(),
    QueueFilter(section="a", sections=frozenset({"a", "b"})),
    QueueFilter(page_id=UUID(int=1)),
    QueueFilter(reason=HeldReason.IMPOSTOR),
    QueueFilter(since=BEGAN, until=BEGAN),
    QueueFilter(has_link=True, unmarked=True),
)


@pytest.mark.parametrize("narrowed", FILTERS)
def test_every_filter_is_read_off_the_index_in_order(sqlite_url: str, narrowed: QueueFilter) -> None:
    """SQLite searches the queue's index, which holds what is asked, and sorts nothing but by priority."""
    for sort in QueueSort:
        query = QueueQuery(status=Status.PENDING, size=5, sort=sort, narrowed=narrowed)
        plan = _plan(sqlite_url, query, Part.WHOLE)
        assert "USING COVERING INDEX ix_engagement_comments_queue" in plan[0], plan
        assert any("TEMP B-TREE" in line for line in plan) == (sort is QueueSort.PRIORITY), plan


@pytest.mark.parametrize("index", ["reader", "email"])
def test_an_author_is_found_by_the_author(sqlite_url: str, index: str) -> None:
    """Not by walking what waits."""
    narrowed = QueueFilter(reader="r:a") if index == "reader" else QueueFilter(email="a@b.vn")
    for status in (Status.PENDING, None):
        plan = _plan(sqlite_url, QueueQuery(status=status, size=5, narrowed=narrowed), Part.WHOLE)
        assert f"INDEX ix_engagement_comments_{index}" in plan[0], plan


def test_the_lane_what_is_reported_and_groups_have_small_indexes(sqlite_url: str) -> None:
    """Of those rows alone."""
    lane = _plan(sqlite_url, QueueQuery(status=Status.PENDING, size=5, arranged=True), Part.LANE)
    assert "INDEX ix_engagement_comments_lane" in lane[0], lane
    assert any("INDEX ix_engagement_comments_group" in line for line in lane), lane
    reported = _plan(sqlite_url, QueueQuery(status=None, size=5, reported=1), Part.WHOLE)
    assert "INDEX ix_engagement_comments_reported" in reported[0], reported
