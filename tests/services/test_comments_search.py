"""Searching comments: the same answers on both databases, whatever is typed."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text, update

from comment_factory import OTHER_PAGE, PAGE, approved, move, post
from engagement_widgets.cli.counts import recount_everything
from engagement_widgets.comments.search import finding
from engagement_widgets.comments.search.finding import Hits, Search, Spot, search
from engagement_widgets.comments.search.index import CheckIndex, check_index, index_comment
from engagement_widgets.comments.search.tables import comment_words
from engagement_widgets.comments.search.words import indexed, parse_query
from engagement_widgets.comments.service import Status
from engagement_widgets.comments.tables import comments, holds
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.units import Storage, Tx


def found(storage: Storage, query: str, **values: Any) -> Hits:
    """One page of what a search finds; of the public unless told."""
    asked: dict[str, Any] = {"size": 20, "public_only": True} | values
    return storage.read_sync(search, Search(phrases=parse_query(query), **asked))


def bodies(storage: Storage, texts: Iterable[str]) -> dict[UUID, str]:
    """Approved comments with these texts, oldest first."""
    return {approved(storage, body=body): body for body in texts}


def told(storage: Storage, query: str, texts: dict[UUID, str], **values: Any) -> list[str]:
    """The texts that a search finds, best first."""
    return [texts[comment_id] for comment_id in found(storage, query, **values).ids]


def test_the_exact_spelling_comes_first_and_then_the_newest(storage: Storage) -> None:
    """`được` puts its own spelling before `duoc`, `duoc` the other way round; each finds both."""
    texts = bodies(storage, ["một được", "hai duoc", "ba Được", "bốn DUOC", "năm đước"])
    assert told(storage, "được", texts) == ["ba Được", "một được", "năm đước", "bốn DUOC", "hai duoc"]
    assert told(storage, "duoc", texts) == ["bốn DUOC", "hai duoc", "năm đước", "ba Được", "một được"]


@pytest.mark.parametrize(
    ("query", "hit"),
    [
        ("hòa bình", "Hoà bình"),
        ("lodz", "Łódź"),
        ("ostergade", "Østergade"),
        ("strasse", "Straße"),
        ("aether", "Æther"),
        ("oeuvre", "œuvre"),
        ("malta hal", "Malta Ħal"),
        ("diyarbakir", "Dıyarbakır"),
        ("abc", "ＡＢＣ"),
        ("đường", "đư\u200bờng phố"),
        ("3,5", "giá 3,5 triệu"),
        ("toa-soan", "gửi tòa-soạn ạ"),
    ],
)
def test_a_search_finds_other_ways_to_write_the_same(storage: Storage, query: str, hit: str) -> None:
    """Letters without marks, letters that Unicode does not take apart, tones on either vowel, invisible characters."""
    texts = bodies(storage, [hit, "một bình luận khác"])
    assert told(storage, query, texts) == [hit]


def test_where_a_tone_stands_makes_no_other_spelling(storage: Storage) -> None:
    """`hoà` and `hòa` are equally exact, so that only their age orders them."""
    texts = bodies(storage, ["một hoà", "hai hòa", "ba hoa"])
    assert told(storage, "hòa", texts) == told(storage, "hoà", texts) == ["hai hòa", "một hoà", "ba hoa"]


def test_all_words_are_needed_and_a_phrase_in_its_order(storage: Storage) -> None:
    """Words in any order without quotes; in quotes (straight or curly) side by side."""
    texts = bodies(storage, ["chợ cũ ở bến", "bến đá, chợ đá", "chợ bến đá", "chợ thôi"])
    assert told(storage, "bến chợ", texts) == ["chợ bến đá", "bến đá, chợ đá", "chợ cũ ở bến"]
    assert told(storage, '"chợ bến"', texts) == told(storage, "“cho ben”", texts) == ["chợ bến đá"]
    assert told(storage, '"chợ bến" thôi', texts) == []
    assert told(storage, '"chợ', texts) == ["chợ thôi", "chợ bến đá", "bến đá, chợ đá", "chợ cũ ở bến"]


def test_the_author_is_found_and_no_phrase_runs_from_name_to_text(storage: Storage) -> None:
    """The name is searched like the text, and both stay apart."""
    comment_id = approved(storage, name="Trần Thị Bé", body="Chợ rất vui")
    assert found(storage, "trần bé chợ").ids == (comment_id,)
    assert found(storage, '"bé chợ"').ids == ()


def test_the_public_finds_what_is_public_and_the_desk_everything(storage: Storage) -> None:
    """Each status: the public rule decides for readers, a view for the desk."""
    ids = {}
    for status in Status:
        ids[status] = post(storage, body=f"chợ {status}").comment_id
        if status is not Status.PENDING:
            move(storage, ids[status], status)
    assert found(storage, "chợ").ids == (ids[Status.APPROVED],)
    assert set(found(storage, "chợ", public_only=False).ids) == set(ids.values())
    for status in Status:
        assert found(storage, "chợ", public_only=False, status=status).ids == (ids[status],)


def test_a_search_can_be_limited_to_a_section_or_a_page(storage: Storage) -> None:
    """What is asked beside the words."""
    here, there = approved(storage, body="chợ"), approved(storage, body="chợ", page=OTHER_PAGE)
    assert found(storage, "chợ").ids == (there, here)
    assert found(storage, "chợ", section="doi-song").ids == (here,)
    assert found(storage, "chợ", page_id=page_id("test", OTHER_PAGE.key)).ids == (there,)


def test_an_address_is_found_by_the_desk_alone_and_whole(storage: Storage) -> None:
    """Comments left with an e-mail address come first; its parts find nothing, and the public never finds it."""
    left = approved(storage, body="một", email="lan@bao.example")
    said = approved(storage, body="viết cho lan@bao.example nhé")
    approved(storage, body="hai", email="lan@bao.example.net")
    both = found(storage, "lan@bao.example", public_only=False, email="lan@bao.example")
    assert both.ids == (left, said)
    assert found(storage, "lan@bao.example").ids == (said,)
    assert found(storage, "net", public_only=False).ids == ()


@pytest.mark.parametrize(("near", "several"), [(4000, 25), (3, 1), (3, 99)], ids=["all near", "walked", "by index"])
def test_pages_follow_one_another_whatever_comes_in_between(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, near: int, several: int
) -> None:
    """Every hit once, in order, over the border of the walks; a comment that comes meanwhile moves nothing."""
    texts = bodies(storage, [f"{number} {word}" for number in range(6) for word in ("được", "duoc")])
    whole = list(found(storage, "được").ids)
    monkeypatch.setattr(finding, "_BATCH", 2)
    monkeypatch.setattr(finding, "_NEAR", near)
    monkeypatch.setattr(finding, "_SEVERAL", several)
    seen: list[UUID] = []
    spot: Spot | None = Spot()
    while spot is not None:
        page = found(storage, "được", size=5, spot=spot)
        seen += page.ids
        spot = page.next
        approved(storage, body="mới được")
    assert seen == whole
    assert len(texts) == len(whole) == 12


def test_a_common_word_costs_no_more_than_its_bound(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page looks at so many comments and no further; its cursor goes on and comes to an end."""
    monkeypatch.setattr(finding, "MOST_CANDIDATES", 4)
    monkeypatch.setattr(finding, "_BATCH", 3)
    first = approved(storage, body="chợ", page=OTHER_PAGE)
    bodies(storage, ["chợ"] * 9)
    asked = {"page_id": page_id("test", OTHER_PAGE.key)}
    page = found(storage, "chợ", **asked)
    pages = [page]
    while page.next is not None:
        page = found(storage, "chợ", spot=page.next, **asked)
        pages.append(page)
    assert [page.ids for page in pages] == [(), (), (first,)]


def test_an_edit_is_found_by_its_new_words_alone(storage: Storage) -> None:
    """One call in the transaction of the change; emptied, a comment is found by nothing."""
    comment_id = approved(storage, name="Bé", body="chợ cũ")

    def change(tx: Tx, body: str) -> None:
        tx.execute(update(comments).where(comments.c.id == comment_id).values(body=body, author_name="Tí"))
        index_comment(tx, comment_id, indexed("Tí", body))

    storage.write_sync(change, "bến mới")
    assert found(storage, "cũ").ids == found(storage, "bé").ids == ()
    assert found(storage, "tí bến mới").ids == (comment_id,)
    assert storage.read_sync(check_index, CheckIndex()).wrong == ()


def test_a_purged_comment_takes_its_words_along(storage: Storage) -> None:
    """Whoever deletes the row needs no call, and nothing of it stays in either index."""
    comment_id = approved(storage, body="sắp xóa")

    def purge(tx: Tx, _: None) -> None:
        tx.execute(delete(holds).where(holds.c.comment_id == comment_id))
        tx.execute(delete(comments).where(comments.c.id == comment_id))

    storage.write_sync(purge, None)
    assert found(storage, "xóa", public_only=False).ids == ()
    assert storage.read_sync(_rows, None) == 0
    assert storage.write_sync(_integrity, None)


def test_a_refused_comment_leaves_no_words(storage: Storage) -> None:
    """The index is written in the comment's own transaction."""

    def fail(tx: Tx, _: None) -> None:
        index_comment(tx, comment_id, indexed("Bé", "không bao giờ"))
        raise RuntimeError("after the words")

    comment_id = approved(storage, body="còn đây")
    with pytest.raises(RuntimeError, match="after the words"):
        storage.write_sync(fail, None)
    assert found(storage, "bao giờ").ids == ()
    assert found(storage, "còn đây").ids == (comment_id,)


def test_the_check_tells_what_the_index_has_wrong_and_repairs_it(storage: Storage) -> None:
    """Words that are missing, others' words, right ones; in pieces; afterwards nothing is wrong."""
    lost, right, changed = (approved(storage, body=body) for body in ("chợ một", "chợ hai", "chợ ba"))

    def spoil(tx: Tx, _: None) -> None:
        tx.execute(delete(comment_words).where(comment_words.c.comment_id == lost))
        tx.execute(update(comments).where(comments.c.id == changed).values(body="bến ba"))

    storage.write_sync(spoil, None)
    assert storage.read_sync(check_index, CheckIndex()).wrong == (lost, changed)
    first = storage.write_sync(check_index, CheckIndex(size=2, repair=True))
    assert (first.wrong, first.next_after) == ((lost,), right)
    assert storage.write_sync(check_index, CheckIndex(size=2, repair=True, after=right)).wrong == (changed,)
    assert storage.read_sync(check_index, CheckIndex()).wrong == ()
    assert set(found(storage, "chợ").ids) == {lost, right}
    assert found(storage, "bến").ids == (changed,)


_TYPED = [
    *("", " ", '"', '""', '"""', "*", "ch*", "NEAR", "NEAR(a b)", "a NEAR/3 b", "-a", "a -b", "name:a", "body : a"),
    *("^a", "(a", "a)", "a AND", "AND", "OR OR", "NOT a", "a OR b", "{a b}:c", "a+b", "\x00", "a\x00b", "😀", "…!?"),
    *("👨\u200d👩\u200d👧 chợ", "'", "';--", "a'b", "\\", ":*", "a:*", "&", "|", "!a", "<->", "a <2> b", "%", "_"),
    *("a" * 10_000, "chợ " * 2_500, "\ud800", "\u0301", "\u200b", "folded", "exact", "rowid"),
]


@pytest.mark.parametrize("query", _TYPED, ids=range(len(_TYPED)))
def test_no_query_language_reaches_the_database(storage: Storage, query: str) -> None:
    """Whatever is typed is words or nothing: never an error."""
    comment_id = approved(storage, body="a b chợ near and or not")
    assert set(found(storage, query).ids) <= {comment_id}


_ANY = st.text(st.characters(codec=None), max_size=60)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=_ANY, body=st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60))
def test_any_text_can_be_searched_and_finds_itself(storage: Storage, query: str, body: str) -> None:
    """Over all of Unicode: no query fails, and a comment with a word in it is found by its own first words."""

    def put(tx: Tx, _: None) -> None:
        tx.execute(update(comments).where(comments.c.id == comment_id).values(body=body, author_name="¦"))
        index_comment(tx, comment_id, indexed("¦", body))

    comment_id = _one(storage)
    storage.write_sync(put, None)
    found(storage, query)
    phrases = parse_query(body)
    hits = storage.read_sync(search, Search(phrases=phrases, size=5, public_only=True))
    assert hits.ids == ((comment_id,) if phrases else ())
    assert storage.read_sync(check_index, CheckIndex()).wrong == ()


def _one(storage: Storage) -> UUID:
    rows = storage.read_sync(lambda tx, _: tx.execute(comments.select()).first(), None)
    return approved(storage, body="chỗ của bài kiểm tra", page=PAGE) if rows is None else rows.id


def _rows(tx: Tx, _: None) -> int:
    return len(tx.execute(comment_words.select()).all())


def _integrity(tx: Tx, _: None) -> bool:
    """FTS5 compares its index with the table it refers to, and fails where they differ."""
    if tx.dialect == "sqlite":
        tx.execute(
            text("INSERT INTO engagement_comment_fts (engagement_comment_fts, rank) VALUES ('integrity-check', 1)")
        )
    return True


def test_the_recount_command_tells_and_repairs_the_index(storage: Storage) -> None:
    """Beside the counters: one line a comment, and nothing to tell after the repair."""
    comment_id = approved(storage, body="chợ")

    def spoil(tx: Tx, _: None) -> None:
        tx.execute(delete(comment_words))

    storage.write_sync(spoil, None)
    said = f"search, comment {comment_id}: its words are not those of its name and text"
    assert recount_everything(storage, repair=True) == [said]
    assert recount_everything(storage, repair=False) == []
