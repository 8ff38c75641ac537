"""Authors without accounts, on both databases: what came under the same marks, notes, blocks, same text."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from comment_factory import LAN, MAI, OTHER_PAGE, PAGE, approved, move, post
from engagement_widgets.comments.blocks import BlockWriter, By, Target, block_writer
from engagement_widgets.comments.service import Status
from engagement_widgets.comments.states import Effect
from engagement_widgets.desk.author_notes import AddNote, RemoveNote, add_note, remove_note
from engagement_widgets.desk.authors import Author, AuthorQuery, read_author
from engagement_widgets.errors import Invalid, NotFound, Refused
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock

SPORT = DeskUser(id="sport", name="Thể thao", sections=frozenset({"the-thao"}))
LIFE = DeskUser(id="life", name="Đời sống", sections=frozenset({PAGE.section}))
BOSS = DeskUser(id="boss", name="Boss", role=Role.ADMIN)


def _author(storage: Storage, comment_id: UUID, viewer: DeskUser = MAI, by: By = By.READER) -> Author:
    return storage.read_sync(read_author, AuthorQuery(comment_id=comment_id, viewer=viewer, by=by))


def _counts(author: Author) -> dict[By, dict[str, int]]:
    return {
        tally.by: {status.value: number for status, number in tally.counts.items() if number}
        for tally in author.tallies
    }


def test_one_author_by_three_marks(storage: Storage) -> None:
    """By the browser, by the mailbox however it is spelt, by the address; each counts what came under it."""
    first = post(storage, reader="r:a", name="Mai", email="Mai@Thu.example", address_hash="net").comment_id
    move(storage, first, Status.APPROVED)
    spam = post(storage, reader="r:a", name="Mai Trần", address_hash="net", page=OTHER_PAGE).comment_id
    move(storage, spam, Status.SPAM)
    post(storage, reader="r:b", email="mai+bao@thu.example")
    move(storage, post(storage, reader="r:c", address_hash="net").comment_id, Status.REJECTED, note="Quảng cáo")
    for other in ("mai_@thu.example", "xmai@thu.example", "mai@thu.example.vn", "%@thu.example"):
        post(storage, reader="r:d", email=other)
    author = _author(storage, first)
    assert _counts(author) == {
        By.READER: {"approved": 1, "spam": 1},
        By.EMAIL: {"approved": 1, "pending": 1},
        By.ADDRESS: {"approved": 1, "spam": 1, "rejected": 1},
    }
    assert set(author.names) == {"Mai", "Mai Trần"}
    assert [past.id for past in author.comments] == [spam, first]
    by_address = _author(storage, first, by=By.ADDRESS)
    assert [past.note for past in by_address.comments] == ["Quảng cáo", None, None]
    assert not author.is_host_user
    assert "mai@" not in repr(author).casefold()


def test_a_mark_that_is_not_there_is_not_told(storage: Storage) -> None:
    """A host user is known as one; without an e-mail nothing is tied by it."""
    comment_id = post(storage, reader="u:42").comment_id
    author = _author(storage, comment_id, by=By.EMAIL)
    assert (author.is_host_user, [tally.by for tally in author.tallies], author.by) == (True, [By.READER], By.READER)
    with pytest.raises(NotFound, match="unknown_comment"):
        _author(storage, uuid4())


def test_an_address_is_known_for_thirty_days(storage: Storage, clock: FakeClock) -> None:
    """What is older under it is not counted, though its row may still stand."""
    post(storage, reader="r:a", address_hash="net")
    clock.advance(timedelta(days=30))
    later = post(storage, reader="r:b", address_hash="net").comment_id
    assert _counts(_author(storage, later))[By.ADDRESS] == {"pending": 1}


def test_the_list_goes_on_after_a_page(storage: Storage) -> None:
    """The latest first, each once."""
    ids = [post(storage, reader="u:7").comment_id for _ in range(5)]
    seen, before = [], None
    for _ in range(3):
        query = AuthorQuery(comment_id=ids[0], viewer=MAI, before=before, size=2)
        author = storage.read_sync(read_author, query)
        seen += [past.id for past in author.comments]
        before = author.next
    assert seen == ids[::-1]
    assert before is None


def test_the_same_text_is_found_by_mark_and_on_the_page(storage: Storage) -> None:
    """Retyped with other marks and case it is the same; a stranger's on another page is not looked for."""
    text = "Nhận ngay quà khủng khi đăng ký"
    here = post(storage, reader="r:a", body=text).comment_id
    elsewhere = post(storage, reader="r:a", body=text.upper(), page=OTHER_PAGE).comment_id
    stranger = post(storage, reader="r:b", body="nhan ngay qua khung khi dang ky").comment_id
    post(storage, reader="r:c", body=text, page=OTHER_PAGE)
    post(storage, reader="r:a", body="Một câu khác hẳn")
    assert {past.id for past in _author(storage, here).same_text} == {elsewhere, stranger}


def test_limited_people_see_their_sections_comments_alone(storage: Storage) -> None:
    """In counts, lists and twins; the author of another section's comment is refused."""
    here = post(storage, reader="r:a", body="Cùng một câu").comment_id
    there = post(storage, reader="r:a", body="Cùng một câu", page=OTHER_PAGE).comment_id
    author = _author(storage, here, LIFE)
    assert _counts(author) == {By.READER: {"pending": 1}}
    assert ([past.id for past in author.comments], author.same_text) == ([here], ())
    for comment_id, viewer in ((there, LIFE), (here, SPORT)):
        with pytest.raises(Refused, match="section_required"):
            _author(storage, comment_id, viewer)
    with pytest.raises(Refused, match="section_required"):
        storage.write_sync(add_note, AddNote(comment_id=here, body="x", actor=SPORT))


def test_notes_stay_among_colleagues(storage: Storage) -> None:
    """Shown for each comment of the author's; taken away by their writer or an admin; no word is in the journal."""
    first, second = (post(storage, reader="r:a").comment_id for _ in range(2))
    note = storage.write_sync(add_note, AddNote(comment_id=first, body="Tổ trưởng dãy C", actor=MAI))
    assert [one.body for one in _author(storage, second).notes] == ["Tổ trưởng dãy C"]
    with pytest.raises(Invalid):
        storage.write_sync(add_note, AddNote(comment_id=first, body="", actor=MAI))
    other = approved(storage, reader="r:b")
    for comment_id, actor, kind in ((second, LAN, Refused), (other, MAI, NotFound)):
        with pytest.raises(kind):
            storage.write_sync(remove_note, RemoveNote(comment_id=comment_id, note_id=note.id, actor=actor))
    storage.write_sync(remove_note, RemoveNote(comment_id=second, note_id=note.id, actor=BOSS))
    assert _author(storage, first).notes == ()
    entries = storage.read_sync(read_entries, EntriesQuery(size=50))
    assert [entry.action for entry in entries if entry.action.startswith("author.")] == [
        "author.note_removed",
        "author.noted",
    ]
    assert "Tổ trưởng" not in repr(entries)


def test_blocks_that_hold_are_shown(storage: Storage, clock: FakeClock) -> None:
    """By whichever of the marks, until their end."""
    comment_id = post(storage, reader="r:a", email="mai@thu.example").comment_id
    for by, effect in ((By.READER, Effect.HOLD), (By.EMAIL, Effect.REFUSE)):
        until = clock.now() + timedelta(days=1) if by is By.EMAIL else None
        target = Target(comment_id=comment_id, by=by)
        command = BlockWriter(target=target, effect=effect, until=until, note="", actor=MAI)
        storage.write_sync(block_writer, command)
    assert {(block.kind, block.effect) for block in _author(storage, comment_id).blocks} == {
        ("reader", Effect.HOLD),
        ("email", Effect.REFUSE),
    }
    clock.advance(timedelta(days=1))
    assert [block.kind for block in _author(storage, comment_id).blocks] == ["reader"]
