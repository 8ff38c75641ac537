"""Personal data masked at the desk: what changes, what is kept where, and how it comes back."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from comment_factory import LAN, MAI, PAGE, approved, examined, move, post
from engagement_widgets.comments.rules.personal import allowed_form
from engagement_widgets.comments.rules.similar import bands
from engagement_widgets.comments.rules.tables import bands as band_rows
from engagement_widgets.comments.service import (
    Author,
    Decided,
    Edit,
    ListQuery,
    MaskPersonalData,
    Status,
    UndoDecision,
    body_hash,
    edit_comment,
    list_comments,
    mask_personal_data,
    queue_item,
    undo_deed,
)
from engagement_widgets.comments.tables import comments
from engagement_widgets.errors import Conflict, NotFound
from engagement_widgets.hooks import Moderation
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.pages.reference import page_id
from engagement_widgets.storage.tables import outbox
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock
from judgement_factory import opened

BODY = "Nhà em bán đất, gọi 0912 345 612 hoặc ten@mail.example nhé"
MASKED = "Nhà em bán đất, gọi 09•• ••• •12 hoặc •••@••••.••••••• nhé"


def masked(storage: Storage, comment_id: UUID, *, version: int | None = None, allowed: str = "") -> Decided:
    """Mask a comment, whatever its version."""
    seen = version or storage.read_sync(queue_item, comment_id).version
    numbers = frozenset([allowed_form(allowed)] if allowed else [])
    command = MaskPersonalData(comment_id=comment_id, version=seen, actor=MAI, allowed=numbers)
    return storage.write_sync(mask_personal_data, command)


def undo(storage: Storage, decided: Decided) -> Decided:
    """Take a deed back."""
    assert decided.undo_id is not None
    return storage.write_sync(undo_deed, UndoDecision(undo_id=decided.undo_id, actor=LAN))


def stored(tx: Tx, comment_id: UUID) -> tuple[str, str, str]:
    """Name, text and hash as they stand in the database."""
    columns = (comments.c.author_name, comments.c.body, comments.c.body_hash)
    row = tx.execute(select(*columns).where(comments.c.id == comment_id)).one()
    return tuple(row)


def events(tx: Tx, _: None) -> list[str]:
    """The kinds of the events recorded so far."""
    return [row.kind for row in tx.execute(select(outbox.c.kind).order_by(outbox.c.id))]


def keys(tx: Tx, comment_id: UUID) -> set[tuple[int, int]]:
    """The weeks and keys that a comment is found by."""
    columns = (band_rows.c.week, band_rows.c.band)
    return {tuple(row) for row in tx.execute(select(*columns).where(band_rows.c.comment_id == comment_id))}


def test_a_mask_changes_text_name_and_hash_and_nothing_else(storage: Storage) -> None:
    """The comment waits as before, one version on."""
    comment_id = post(storage, name="Lan 0987654321", body=BODY).comment_id
    before = storage.read_sync(queue_item, comment_id)
    done = masked(storage, comment_id)

    assert storage.read_sync(stored, comment_id) == ("Lan 09••••••21", MASKED, body_hash(MASKED))
    assert (done.before, done.status, done.version) == (Status.PENDING, Status.PENDING, before.version + 1)
    after = storage.read_sync(queue_item, comment_id)
    assert (after.status, after.version, after.holds) == (before.status, before.version + 1, before.holds)
    assert storage.read_sync(events, None) == []


def test_the_public_page_follows_a_mask_and_its_undo(storage: Storage) -> None:
    """An approved comment is shown masked at once, and its readers' caches are told."""
    comment_id = approved(storage, body=BODY)
    query = ListQuery(page_id=page_id("test", PAGE.key), size=20)
    done = masked(storage, comment_id)
    assert [view.body for view in storage.read_sync(list_comments, query).comments] == [MASKED]
    undo(storage, done)
    assert [view.body for view in storage.read_sync(list_comments, query).comments] == [BODY]
    assert storage.read_sync(events, None) == ["CommentApproved", "CommentMasked", "CommentMasked"]


def test_the_journal_tells_kinds_and_never_the_data(storage: Storage) -> None:
    """It can never be changed, so what is masked must not be in it."""
    comment_id = post(storage, body=BODY).comment_id
    undo(storage, masked(storage, comment_id))
    entries = storage.read_sync(read_entries, EntriesQuery(size=2))
    assert [(entry.action, entry.actor, entry.after) for entry in entries] == [
        ("comment.unmasked", LAN.id, {"phone": 1, "email": 1}),
        ("comment.masked", MAI.id, {"phone": 1, "email": 1}),
    ]
    assert "345 612" not in repr(entries)  # an id may hold three of its digits


def test_an_undo_brings_the_text_back_once_and_in_time(storage: Storage, clock: FakeClock) -> None:
    """A second time, too late, or after another decision it changes nothing."""
    comment_id = post(storage, body=BODY).comment_id
    first = masked(storage, comment_id)
    assert undo(storage, first).undo_id is None
    assert storage.read_sync(stored, comment_id)[1:] == (BODY, body_hash(BODY))
    with pytest.raises(Conflict, match="already_undone"):
        undo(storage, first)

    second = masked(storage, comment_id)
    move(storage, comment_id, Status.REJECTED)
    with pytest.raises(Conflict, match="stale_version"):
        undo(storage, second)
    clock.advance(timedelta(minutes=11).total_seconds())
    with pytest.raises(Conflict, match="undo_expired"):
        undo(storage, second)
    assert storage.read_sync(stored, comment_id)[1] == MASKED


def test_a_decision_is_undone_through_the_same_door(storage: Storage) -> None:
    """And what no record is of is not found."""
    comment_id = post(storage).comment_id
    assert undo(storage, move(storage, comment_id, Status.SPAM)).status is Status.PENDING
    with pytest.raises(NotFound, match="unknown_undo"):
        storage.write_sync(undo_deed, UndoDecision(undo_id=uuid4(), actor=LAN))


def test_nothing_is_masked_where_somebody_was_first_or_nothing_is_left(storage: Storage) -> None:
    """A stale version, an unknown comment, no data, only the site's own number."""
    comment_id = post(storage, body=BODY).comment_id
    seen = storage.read_sync(queue_item, comment_id).version
    masked(storage, comment_id)
    for version, code in ((seen, "stale_version"), (seen + 1, "nothing_to_mask")):
        with pytest.raises(Conflict, match=code):
            masked(storage, comment_id, version=version)
    with pytest.raises(NotFound, match="unknown_comment"):
        masked(storage, uuid4(), version=1)
    own = post(storage, body="Gọi tòa soạn: 024 3825 1234").comment_id
    with pytest.raises(Conflict, match="nothing_to_mask"):
        masked(storage, own, allowed="+84 24 3825 1234")


def test_the_texts_before_an_edit_are_masked_as_well(storage: Storage) -> None:
    """What its author wrote first shows no number at the desk either, and comes back with the rest."""
    sent = post(storage, reader="r:me", body=BODY).comment_id
    edit = Edit(
        comment_id=sent,
        author=Author(readers=("r:me",)),
        version=1,
        body="Gọi 0912 345 612 nhé",
        body_hash=body_hash("Gọi 0912 345 612 nhé"),
        page=PAGE,
        examined=examined("Nguyễn Văn Ánh", "Gọi 0912 345 612 nhé"),
        moderation=Moderation.PRE,
        trust_after=3,
        window=timedelta(minutes=15),
        waits=True,
    )
    storage.write_sync(edit_comment, edit)
    deed = masked(storage, sent)
    assert [former.body for former in storage.read_sync(queue_item, sent).former] == [MASKED]
    undo(storage, deed)
    assert [former.body for former in storage.read_sync(queue_item, sent).former] == [BODY]


def repeated(storage: Storage, body: str) -> list[object]:
    """Which comments a new one like this is found to repeat."""
    sent = post(storage, body=body, compared=True).comment_id
    return [hold.params["of"] for hold in storage.read_sync(queue_item, sent).holds if hold.reason == "similar"]


def test_a_masked_comment_is_repeated_by_what_it_says_now(storage: Storage, clock: FakeClock) -> None:
    """By its present text alone, and for no longer than before: two weeks after it was written by nothing."""
    sent = post(storage, body=BODY, compared=True).comment_id
    keys_before = storage.read_sync(keys, sent)
    done = masked(storage, sent)
    assert {band for _, band in storage.read_sync(keys, sent)} == set(bands(MASKED))
    assert repeated(storage, f"{MASKED} ạ") == [str(sent)]
    undo(storage, done)
    assert storage.read_sync(keys, sent) == keys_before
    assert repeated(storage, f"{BODY} ạ") == [str(sent)]

    clock.advance(timedelta(weeks=2).total_seconds())
    masked(storage, sent)
    assert not {band for _, band in storage.read_sync(keys, sent)} & set(bands(MASKED))


def test_what_an_open_case_is_about_is_not_masked(storage: Storage) -> None:
    """It is evidence: the case is decided first."""
    sent = approved(storage, body=BODY)
    opened(storage, sent, hides=False)
    with pytest.raises(Conflict, match="case_open"):
        masked(storage, sent)
    assert storage.read_sync(stored, sent)[1] == BODY
