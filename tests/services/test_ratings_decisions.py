"""What editors decide about a rating, on both databases: exact, journalled, undoable, and never two at once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engagement_widgets.errors import Conflict, Invalid, NotFound, Refused
from engagement_widgets.journal.service import EntriesQuery, read_entries
from engagement_widgets.journal.tables import entries, undo_records
from engagement_widgets.ratings.commands import Deed
from engagement_widgets.ratings.decisions import clear_flag, freeze, leave_out, reopen, reset, take_in
from engagement_widgets.ratings.journalling import SUBJECT
from engagement_widgets.ratings.notes import WriteNote, write_note
from engagement_widgets.ratings.service import Outcome, StandingQuery, VoteQuery, find_vote, load_standing
from engagement_widgets.ratings.sets import PreviewQuery, VoteSet, preview
from engagement_widgets.ratings.tables import totals, votes
from engagement_widgets.ratings.views import Totals
from engagement_widgets.ratings.votes import Counting, OwnVote
from engagement_widgets.storage.tables import changes, outbox
from engagement_widgets.storage.units import Storage, Tx
from engagement_widgets.testing import FakeClock
from rating_factory import HA, MINH, PAGE, PAGE_ID, Decision, counts, decide, proved, state, take_back, undo, vote

ONES = VoteSet(scores=(1,))
MINUTE = timedelta(minutes=1)


def fill(storage: Storage, *scores: int) -> None:
    """One vote of each score, by readers with the numbers 0, 1 and so on."""
    for number, score in enumerate(scores):
        vote(storage, f"r:{number}", score)


def mine(storage: Storage, voter: str) -> OwnVote:
    """A reader's vote as its reader is told."""
    found = storage.read_sync(load_standing, StandingQuery(page_id=PAGE_ID, voter=voter, minimum=3)).vote
    assert found is not None
    return found


def rows(tx: Tx, _: None) -> tuple[object, ...]:
    """Everything a decision may change."""
    counted = [tx.execute(select(func.count()).select_from(table)).scalar_one() for table in (entries, undo_records)]
    told = [tx.execute(select(func.count()).select_from(table)).scalar_one() for table in (changes, outbox)]
    kept = [tuple(map(tuple, tx.execute(select(table).order_by(*table.primary_key)))) for table in (votes, totals)]
    return (*counted, *told, *map(str, kept))


def test_left_out_votes_stay_rows_and_count_nowhere(storage: Storage) -> None:
    """The integers lose them, the rows stay, their readers are told, and the journal has the effect."""
    fill(storage, 5, 5, 4, 1, 1)
    decided = decide(storage, leave_out, ONES, why="Chiến dịch rủ nhau chấm 1 sao")

    assert (decided.before.counts, decided.after.counts) == ((2, 0, 0, 1, 2), (0, 0, 0, 1, 2))
    assert counts(storage) == (0, 0, 0, 1, 2)
    assert (mine(storage, "r:3").score, mine(storage, "r:3").counting) == (1, Counting.LEFT_OUT)
    assert mine(storage, "r:0").counting is Counting.COUNTED
    assert proved(storage)
    entry = storage.read_sync(read_entries, EntriesQuery(size=1, subject=(SUBJECT, str(PAGE_ID))))[0]
    assert (entry.action, entry.actor_name, entry.why) == (Deed.LEFT_OUT, HA.name, "Chiến dịch rủ nhau chấm 1 sao")
    assert entry.before == {"ratings": 5, "average": 3.2, "frozen": False}
    assert entry.after == {
        "ratings": 3,
        "average": 14 / 3,
        "frozen": False,
        "votes": 2,
        "scores": "1",
        "since": None,
        "until": None,
        "new_only": False,
    }


def test_a_preview_says_what_the_decision_then_does(storage: Storage) -> None:
    """Leaving out and taking in do to the figures exactly what was shown, and a preview writes nothing."""
    fill(storage, 5, 4, 1, 1)
    before = storage.read_sync(rows, None)
    shown = storage.read_sync(preview, PreviewQuery(page_id=PAGE_ID, chosen=ONES, taking_in=False))
    assert storage.read_sync(rows, None) == before
    decided = decide(storage, leave_out, ONES)
    assert (shown.before, shown.after, shown.moved) == (decided.before, decided.after, Totals(counts=(2, 0, 0, 0, 0)))
    back = storage.read_sync(preview, PreviewQuery(page_id=PAGE_ID, chosen=VoteSet(), taking_in=True))
    assert (back.after, back.moved) == (shown.before, shown.moved)


@pytest.mark.parametrize(
    ("chosen", "out"),
    [
        (VoteSet(scores=(1, 2)), {"old-one", "one", "two"}),
        (VoteSet(scores=(1,), new_only=True), {"one"}),
        (VoteSet(scores=(3,)), set()),
    ],
    ids=["scores", "new", "never"],
)
def test_a_set_has_the_votes_it_names(storage: Storage, chosen: VoteSet, out: set[str]) -> None:
    """Score and novelty choose votes; a set without a vote is refused and leaves no trace."""
    for voter, score, is_new in (("old-one", 1, False), ("one", 1, True), ("two", 2, True), ("five", 5, True)):
        vote(storage, voter, score, is_new=is_new)
    before = storage.read_sync(rows, None)
    if not out:
        with pytest.raises(Invalid) as refused:
            decide(storage, leave_out, chosen)
        assert [(error.field, error.code) for error in refused.value.errors] == [("scores", "no_votes")]
        assert storage.read_sync(rows, None) == before
        return
    decide(storage, leave_out, chosen)
    left = {voter for voter in ("old-one", "one", "two", "five") if not mine(storage, voter).is_counted}
    assert left == out


def test_a_set_has_both_its_ends(storage: Storage, clock: FakeClock) -> None:
    """The span runs from its first to its last moment, both included, and goes by the latest change."""
    moments = []
    for number in range(4):
        moments.append(clock.now())
        vote(storage, f"r:{number}", 1)
        clock.advance(MINUTE)
    vote(storage, "r:0", 2)
    decide(storage, leave_out, VoteSet(since=moments[1], until=moments[2]))
    assert [mine(storage, f"r:{number}").is_counted for number in range(4)] == [True, False, False, True]


def test_a_left_out_vote_stays_out_when_it_is_changed(storage: Storage, clock: FakeClock) -> None:
    """Its reader may change it and is told; it counts when an editor takes it in, with the score it has then."""
    fill(storage, 5, 1)
    decide(storage, leave_out, ONES)
    clock.advance(MINUTE)

    assert vote(storage, "r:1", 2).outcome is Outcome.CHANGED
    assert vote(storage, "r:1", 2).outcome is Outcome.UNCHANGED
    assert (mine(storage, "r:1").score, mine(storage, "r:1").counting) == (2, Counting.LEFT_OUT)
    assert counts(storage) == (0, 0, 0, 0, 1)
    decide(storage, take_in)
    assert counts(storage) == (0, 1, 0, 0, 1)
    assert proved(storage)


def test_a_left_out_vote_can_be_taken_back(storage: Storage) -> None:
    """Its row goes and no integer moves."""
    fill(storage, 5, 1)
    decide(storage, leave_out, ONES)
    assert take_back(storage, "r:1").outcome is Outcome.WITHDRAWN
    assert storage.read_sync(find_vote, VoteQuery(page_id=PAGE_ID, voter="r:1")) is None
    assert counts(storage) == (0, 0, 0, 0, 1)
    assert proved(storage)


def test_after_a_reset_a_vote_given_again_counts(storage: Storage, clock: FakeClock) -> None:
    """A reset leaves every vote out; the same score or another one, given anew, is a vote again."""
    fill(storage, 5, 4, 1)
    decide(storage, reset)
    assert counts(storage) == (0, 0, 0, 0, 0)
    assert mine(storage, "r:0").counting is Counting.RESET
    clock.advance(MINUTE)

    assert vote(storage, "r:0", 5).outcome is Outcome.CAST
    assert vote(storage, "r:2", 3).outcome is Outcome.CAST
    assert counts(storage) == (0, 0, 1, 0, 1)
    assert mine(storage, "r:1").counting is Counting.RESET
    assert proved(storage)


def test_a_frozen_page_takes_no_vote(storage: Storage) -> None:
    """No vote, no change, no taking back, no note; after the reopening all of them again."""
    fill(storage, 5, 1)
    decide(storage, freeze)
    before = storage.read_sync(rows, None)
    note = WriteNote(page_id=PAGE_ID, voter="r:1", text="Ảnh không đúng chợ.", quota="r:1")
    for attempt in (
        lambda: vote(storage, "r:1", 2),
        lambda: vote(storage, "r:9", 2),
        lambda: take_back(storage, "r:1"),
        lambda: storage.write_sync(write_note, note),
    ):
        with pytest.raises(Refused, match="ratings_closed"):
            attempt()
    assert storage.read_sync(rows, None) == before
    decide(storage, reopen)
    storage.write_sync(write_note, note)
    assert vote(storage, "r:9", 2).outcome is Outcome.CAST


@pytest.mark.parametrize("decision", [freeze, leave_out, reset, take_in, reopen, clear_flag])
def test_a_decision_is_undone_whole(storage: Storage, clock: FakeClock, decision: Decision) -> None:
    """Votes, integers, state and flag are as before; the journal has both deeds."""
    burst(storage, clock)
    decide(storage, leave_out, VoteSet(scores=(2,)))
    decide(storage, freeze if decision is reopen else reopen)
    before, standing = state(storage), storage.read_sync(_counted_voters, None)
    decided = decide(storage, decision)
    assert state(storage) != before
    undone = undo(storage, decided, actor=MINH)

    after = state(storage)
    assert (after.totals, after.frozen, after.reset_at) == (before.totals, before.frozen, before.reset_at)
    assert (after.watch.flag, after.flagged_at) == (before.watch.flag, before.flagged_at)
    assert storage.read_sync(_counted_voters, None) == standing
    assert (undone.deed, undone.after, undone.version) == (Deed.UNDONE, before.totals, after.version)
    assert proved(storage)
    told = storage.read_sync(read_entries, EntriesQuery(size=2, subject=(SUBJECT, str(PAGE_ID))))
    assert {(entry.action, entry.actor) for entry in told} == {(decided.deed, "ha"), (Deed.UNDONE, "minh")}


def burst(storage: Storage, clock: FakeClock) -> None:
    """A page with a history of mixed votes and a flagged wave of one star."""
    for number in range(60):
        vote(storage, f"r:{number}", 2 + number % 4)
        clock.advance(timedelta(minutes=30))
    for number in range(30):
        vote(storage, f"r:wave{number}", 1, is_new=True)
        clock.advance(timedelta(seconds=2))
    assert state(storage).watch.flag is not None


def _counted_voters(tx: Tx, _: None) -> set[str]:
    return set(tx.execute(select(votes.c.voter).where(votes.c.counted)).scalars())


def test_what_readers_did_since_stays_when_a_decision_is_undone(storage: Storage, clock: FakeClock) -> None:
    """A changed score counts as it is now, what was taken back does not return, what was given anew stays."""
    fill(storage, 1, 1, 1, 5)
    out = decide(storage, leave_out, ONES)
    clock.advance(MINUTE)
    vote(storage, "r:0", 3)
    take_back(storage, "r:1")
    undo(storage, out)
    assert counts(storage) == (1, 0, 1, 0, 1)
    begun = decide(storage, reset)
    clock.advance(MINUTE)
    vote(storage, "r:3", 4)
    undo(storage, begun)
    assert counts(storage) == (1, 0, 1, 1, 0)
    assert proved(storage)


def test_whoever_comes_second_changes_nothing_and_learns_who_was_first(storage: Storage, clock: FakeClock) -> None:
    """A decision that was made without having seen the last one is refused, and so is an undo after another deed."""
    fill(storage, 5, 1)
    seen = state(storage).version
    first = decide(storage, freeze, actor=MINH)
    before = storage.read_sync(rows, None)
    with pytest.raises(Conflict) as late:
        decide(storage, leave_out, ONES, version=seen)
    assert late.value.code == "stale_version"
    assert late.value.params == {
        "decided_by": MINH.name,
        "decided_at": clock.now().isoformat(),
        "deed": Deed.FROZEN.value,
    }
    assert storage.read_sync(rows, None) == before
    decide(storage, reopen)
    with pytest.raises(Conflict, match="stale_version"):
        undo(storage, first)


def test_an_undo_comes_once_and_in_time(storage: Storage, clock: FakeClock) -> None:
    """The second one and one after the window change nothing."""
    fill(storage, 5, 1)
    first = decide(storage, freeze)
    undo(storage, first)
    with pytest.raises(Conflict, match="already_undone"):
        undo(storage, first)
    second = decide(storage, freeze)
    clock.advance(timedelta(minutes=10))
    with pytest.raises(Conflict, match="undo_expired"):
        undo(storage, second)
    assert state(storage).frozen


def test_a_decision_that_changes_nothing_leaves_no_trace(storage: Storage) -> None:
    """Freezing a frozen page, reopening an open one and clearing no flag write nothing."""
    fill(storage, 5)
    before = storage.read_sync(rows, None)
    for decision in (reopen, clear_flag):
        assert decide(storage, decision).undo_id is None
    assert storage.read_sync(rows, None) == before
    decide(storage, freeze)
    before = storage.read_sync(rows, None)
    assert decide(storage, freeze).undo_id is None
    assert storage.read_sync(rows, None) == before


def test_a_page_nobody_has_written_under_is_not_decided_about(storage: Storage) -> None:
    """Without its page row there is nothing to decide about."""
    with pytest.raises(NotFound, match="unknown_page"):
        decide(storage, freeze, version=0)


def test_every_decision_makes_the_fragment_old(storage: Storage) -> None:
    """Each deed touches the page's topic and tells one event."""
    fill(storage, 5, 1)
    for decision, chosen in ((freeze, VoteSet()), (reopen, VoteSet()), (leave_out, ONES), (reset, VoteSet())):
        before = storage.read_sync(rows, None)[2:4]
        decide(storage, decision, chosen)
        after = storage.read_sync(rows, None)[2:4]
        assert after == tuple(int(str(figure)) + 1 for figure in before)


def test_a_note_goes_with_its_vote(storage: Storage) -> None:
    """Written after a low score, changed, removed, kept while the score rises, gone with the vote."""
    fill(storage, 2)

    def note(text: str, voter: str = "r:0") -> None:
        storage.write_sync(write_note, WriteNote(page_id=PAGE_ID, voter=voter, text=text, quota=voter))

    note("Thiếu số liệu.")
    assert mine(storage, "r:0").note == "Thiếu số liệu."
    vote(storage, "r:0", 5)
    note("Đã có số liệu, cảm ơn.")
    assert mine(storage, "r:0").note == "Đã có số liệu, cảm ơn."
    note("")
    assert mine(storage, "r:0").note is None
    for voter in ("r:0", "r:nobody"):
        with pytest.raises(Conflict, match="low_rating_needed"):
            note("Thêm nữa.", voter)
    vote(storage, "r:0", 1)
    note("Ảnh cũ.")
    take_back(storage, "r:0")
    vote(storage, "r:0", 1, PAGE)
    assert mine(storage, "r:0").note is None
