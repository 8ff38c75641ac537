"""What the desk's figures are counted from: the journal, the queue, and what was written down each morning."""

from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from comment_factory import LAN, MAI, OTHER_PAGE, PAGE, submission
from engagement_widgets.captcha.failures import count_failure
from engagement_widgets.comments.service import Decide, Status, UndoDecision, decide, submit_comment, undo_decision
from engagement_widgets.comments.waiting import OLDEST, WAITING, sampling
from engagement_widgets.desk.figures import FiguresQuery, Sample, read_figures
from engagement_widgets.hooks import Asker, DeskUser, Page
from engagement_widgets.storage.measures import KEPT, Measured, Span, read_measure
from engagement_widgets.storage.tidy import tidy
from engagement_widgets.storage.units import Storage
from engagement_widgets.testing import FakeClock
from engagement_widgets.web.charts import days_until

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def _week(clock: FakeClock, sections: frozenset[str] | None = None) -> FiguresQuery:
    return FiguresQuery(bounds=days_until(clock.now(), HANOI, 7), sections=sections)


def _decided(
    storage: Storage, status: Status, actor: DeskUser = MAI, page: Page = PAGE, *, undone: bool = False
) -> None:
    sent = storage.write_sync(submit_comment, submission(page=page))
    made = storage.write_sync(decide, Decide(comment_id=sent.comment_id, version=1, status=status, actor=actor))
    if undone:
        assert made.undo_id is not None
        storage.write_sync(undo_decision, UndoDecision(undo_id=made.undo_id, actor=actor))


def test_decisions_are_counted_by_day_kind_and_person(storage: Storage, clock: FakeClock) -> None:
    """What was taken back is no decision; a day begins at midnight of the site's zone."""
    _decided(storage, Status.APPROVED)
    clock.advance(timedelta(hours=15, minutes=30))  # half past midnight in Hanoi
    _decided(storage, Status.APPROVED, LAN)
    _decided(storage, Status.SPAM)
    _decided(storage, Status.REJECTED, undone=True)
    figures = storage.read_sync(read_figures, _week(clock))
    assert [tally.all for tally in figures.decisions] == [0, 0, 0, 0, 0, 1, 2]
    assert figures.whole.counts == {Status.APPROVED: 2, Status.REJECTED: 0, Status.SPAM: 1, Status.DELETED: 0}
    assert (figures.whole.approved, figures.whole.approved_of_people) == (Fraction(2, 3), Fraction(1))
    assert [(person.name, person.tally.all) for person in figures.people] == [("Mai", 2), ("Lan", 1)]
    assert (figures.waiting.count, figures.waiting.oldest) == (1, clock.now())


def test_sections_have_figures_of_their_own(storage: Storage, clock: FakeClock) -> None:
    """Nothing of another section is counted: decisions, what waits, pages."""
    _decided(storage, Status.APPROVED)
    _decided(storage, Status.APPROVED, page=OTHER_PAGE)
    storage.write_sync(submit_comment, submission(page=OTHER_PAGE))
    figures = storage.read_sync(read_figures, _week(clock, frozenset({PAGE.section})))
    assert (figures.whole.all, figures.waiting.count) == (1, 0)
    assert [busy.row.page.key for busy in figures.pages] == [PAGE.key]
    assert len(storage.read_sync(read_figures, _week(clock)).pages) == 2


def test_what_waits_is_written_down_at_nine_and_once(storage: Storage, clock: FakeClock) -> None:
    """Within the hour, by section; a day without the worker has no figure."""
    chore = sampling(HANOI)
    storage.write_sync(submit_comment, submission())
    clock.advance(timedelta(minutes=50))  # ten to ten
    storage.write_sync(chore, None)
    storage.write_sync(submit_comment, submission())
    storage.write_sync(chore, None)
    clock.advance(timedelta(minutes=20))
    storage.write_sync(chore, None)
    figures = storage.read_sync(read_figures, _week(clock))
    assert figures.samples == (None, None, None, None, None, None, Sample(count=1, minutes=50))
    span = Span(measure=WAITING, since=clock.now() - timedelta(days=1), until=clock.now())
    at = clock.now().replace(hour=2, minute=0)
    kept = storage.read_sync(read_measure, span)
    assert kept == (Measured(at=at, section="", value=0), Measured(at=at, section=PAGE.section, value=1))
    assert len(storage.read_sync(read_measure, Span(measure=OLDEST, since=span.since, until=span.until))) == 2


def test_wrong_codes_are_counted_and_old_figures_go(storage: Storage, clock: FakeClock) -> None:
    """One for each wrong answer; after 400 days a figure is deleted."""
    for _ in range(3):
        storage.write_sync(count_failure, Asker(address="a", reader=None))
    assert storage.read_sync(read_figures, _week(clock)).wrong_codes == 3
    clock.advance(KEPT + timedelta(hours=1))
    storage.write_sync(tidy, None)
    span = Span(measure="wrong_codes", since=clock.now() - 2 * KEPT, until=clock.now())
    assert storage.read_sync(read_measure, span) == ()
