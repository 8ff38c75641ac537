"""The best rated pages on both databases: by the Bayesian mean, from figures that are the votes."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import count
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from engagement_widgets.errors import Invalid
from engagement_widgets.hooks import Page
from engagement_widgets.pages.reference import page_id
from engagement_widgets.ratings.periods import Period
from engagement_widgets.ratings.ranking import (
    MOST_RANKED,
    RankingQuery,
    RatedPage,
    bayesian_mean,
    load_site_mean,
    parse_ranking,
    top_rated,
)
from engagement_widgets.ratings.recount import KeptTally, Recount, TallyDifference, recount, recount_site
from engagement_widgets.ratings.service import CastRating, WithdrawRating, cast, withdraw
from engagement_widgets.ratings.tables import site_counts, tallies, totals, votes
from engagement_widgets.ratings.tallies import Tally
from engagement_widgets.storage.units import Storage, Tx

WEDNESDAY = date(2026, 7, 1)
MONDAY = date(2026, 6, 29)
READERS = count(1)


def page(name: str, section: str = "Đời sống") -> Page:
    """A page by its name."""
    return Page(key=name, url=f"/{name}", title=f"Bài {name}", section=section)


def rate(storage: Storage, where: Page, *scores: int, day: date = WEDNESDAY) -> None:
    """As many new readers give a page these scores."""
    for score in scores:
        voter = f"r:{next(READERS)}"
        storage.write_sync(cast, CastRating(page=where, voter=voter, score=score, day=day, quota=voter))


def ranking(
    storage: Storage,
    *,
    section: str | None = None,
    period: Period = Period.ALL,
    limit: int = 10,
    today: date = WEDNESDAY,
) -> tuple[RatedPage, ...]:
    """The best rated pages."""
    query = RankingQuery(section=section, period=period, limit=limit, today=today, minimum=3)
    return storage.read_sync(top_rated, query)


def keys(found: tuple[RatedPage, ...]) -> list[str]:
    """Their names, in order."""
    return [rated.page.key for rated in found]


def unequal(storage: Storage) -> tuple[object, ...]:
    """Every figure that is not what the votes say."""
    found = storage.read_sync(recount, Recount())
    site = storage.read_sync(recount_site, False)
    return (*found.differences, *found.tallies, *([site] if site else []))


def test_one_vote_of_five_stars_does_not_lead(storage: Storage) -> None:
    """A page that many like well comes before one that a single reader likes best; what is shown is the true mean."""
    rate(storage, page("mot-phieu"), 5)
    rate(storage, page("nhieu-phieu"), *[5] * 30, *[4] * 10)
    rate(storage, page("kem"), *[2] * 20)
    found = ranking(storage)

    assert keys(found) == ["nhieu-phieu", "mot-phieu", "kem"]
    best = found[0]
    assert best.summary.average == Fraction(19, 4)
    site_mean = Fraction(5 + 190 + 40, 61)
    assert best.mean == (10 * site_mean + 190) / 50
    assert best.page == page("nhieu-phieu")
    assert found[1].summary.average is None  # below the least that is averaged for readers


def test_nothing_is_ranked_where_nobody_voted(storage: Storage) -> None:
    """No page, no error; also after the only vote was taken back."""
    assert ranking(storage) == ()
    assert storage.read_sync(load_site_mean, None) is None
    storage.write_sync(cast, CastRating(page=page("mot"), voter="r:mai", score=5, day=WEDNESDAY, quota="mai"))
    storage.write_sync(withdraw, WithdrawRating(page_id=page_id("test", "mot"), voter="r:mai", quota="mai"))
    assert ranking(storage) == ()
    assert unequal(storage) == ()


@pytest.mark.parametrize(
    ("day", "week", "month"),
    [
        (date(2026, 6, 28), False, False),  # Sunday
        (MONDAY, True, False),
        (date(2026, 6, 30), True, False),
        (WEDNESDAY, True, True),
    ],
)
def test_weeks_begin_on_monday_and_months_on_the_first(storage: Storage, day: date, week: bool, month: bool) -> None:  # noqa: FBT001
    """A vote counts in the week and the month of the day on which it was cast."""
    rate(storage, page("mot"), 4, day=day)
    assert bool(ranking(storage, period=Period.WEEK)) is week
    assert bool(ranking(storage, period=Period.MONTH)) is month
    assert keys(ranking(storage)) == ["mot"]


def test_a_changed_vote_stays_where_it_was_cast(storage: Storage) -> None:
    """A reader who thinks again does not vote anew: this week's list shows nothing of last week's page."""
    monday = CastRating(page=page("cu"), voter="r:mai", score=1, day=MONDAY - timedelta(days=1), quota="mai")
    storage.write_sync(cast, monday)
    storage.write_sync(cast, CastRating(page=page("cu"), voter="r:mai", score=5, day=WEDNESDAY, quota="mai"))
    assert ranking(storage, period=Period.WEEK) == ()
    last_week = ranking(storage, period=Period.WEEK, today=MONDAY - timedelta(days=1))
    assert [(rated.votes, rated.mean) for rated in last_week] == [(1, Fraction(5))]
    assert unequal(storage) == ()


def test_a_period_counts_its_own_votes_and_shows_the_true_figures(storage: Storage) -> None:
    """A page that was liked long ago and not this week comes late; beside it stands what stands beside the article."""
    rate(storage, page("ngay-xua"), *[5] * 20, day=date(2025, 1, 1))
    rate(storage, page("ngay-xua"), *[1] * 3)
    rate(storage, page("moi"), *[4] * 5)
    this_week = ranking(storage, period=Period.WEEK)

    assert keys(this_week) == ["moi", "ngay-xua"]
    assert (this_week[1].votes, this_week[1].summary.count) == (3, 23)
    assert keys(ranking(storage)) == ["ngay-xua", "moi"]


def test_a_section_is_that_of_the_page(storage: Storage) -> None:
    """Only pages of the section; a later reference that names another section changes nothing."""
    rate(storage, page("mot", "Thể thao"), 5)
    rate(storage, page("hai", "Đời sống"), 5)
    rate(storage, page("ba", ""), 5)
    rate(storage, page("mot", "Văn hóa"), 4)

    assert keys(ranking(storage, section="Thể thao")) == ["mot"]
    assert keys(ranking(storage, section="")) == ["ba"]
    assert ranking(storage, section="Văn hóa") == ranking(storage, section="thể thao") == ()
    assert unequal(storage) == ()


def test_equal_means_keep_their_order(storage: Storage) -> None:
    """More votes first, then the pages' ids: the same list at every call, and the shorter list is its beginning."""
    for name in "abcdefgh":
        rate(storage, page(name), *([4, 4] if name == "h" else [4]))
    whole = keys(ranking(storage))
    assert whole[0] == "h"
    assert whole[1:] == sorted("abcdefg", key=lambda name: page_id("test", name))
    assert [keys(ranking(storage, limit=limit)) for limit in range(1, 9)] == [whole[:limit] for limit in range(1, 9)]


def test_sites_are_apart(database_url: str, storage: Storage) -> None:
    """Another site's votes are neither ranked nor in the mean."""
    other = Storage(url=database_url, site="other", clock=storage.clock)
    other.boot()
    rate(other, page("mot"), 1, 1, 1)
    rate(storage, page("mot"), 5)
    other.close()
    assert storage.read_sync(load_site_mean, None) == 5
    assert [rated.votes for rated in ranking(storage)] == [1]


@pytest.mark.parametrize(
    ("said", "errors"),
    [
        ({"limit": 0}, [("limit", "out_of_range")]),
        ({"limit": 10**9}, [("limit", "out_of_range")]),
        ({"limit": "-1"}, [("limit", "wrong_type")]),
        ({"limit": "9" * 5000}, [("limit", "out_of_range")]),
        ({"limit": "١٠"}, [("limit", "wrong_type")]),
        ({"limit": True}, [("limit", "wrong_type")]),
        ({"limit": 1.5}, [("limit", "wrong_type")]),
        ({"period": "year"}, [("period", "unknown_period")]),
        ({"period": ["week"]}, [("period", "unknown_period")]),
        ({"section": "a\0b"}, [("section", "invalid_text")]),
        ({"section": "x" * 256}, [("section", "too_long")]),
        (
            {"section": 7, "period": "", "limit": None},
            [
                ("section", "wrong_type"),
                ("period", "unknown_period"),
                ("limit", "wrong_type"),
            ],
        ),
    ],
)
def test_bad_queries_name_every_wrong_field(said: Mapping[str, object], errors: list[tuple[str, str]]) -> None:
    """Nothing is guessed or cut."""
    with pytest.raises(Invalid) as refused:
        parse_ranking(**{"section": None, "period": "all", "limit": 10, **said}, today=WEDNESDAY, minimum=3)
    assert [(error.field, error.code) for error in refused.value.errors] == errors


def test_a_good_query_is_taken_as_it_is() -> None:
    """Text from an address and values from Python mean the same."""
    said = parse_ranking(section="Đời sống ", period="week", limit="100", today=WEDNESDAY, minimum=3)
    assert said == RankingQuery(section="Đời sống", period=Period.WEEK, limit=MOST_RANKED, today=WEDNESDAY, minimum=3)


def _spoil(tx: Tx, _: None) -> None:
    tx.execute(update(tallies).where(tallies.c.period == "all").values(votes=9, points=9, mean=9))
    tx.execute(update(tallies).where(tallies.c.period == "m2026-07-01").values(section="Thể thao"))
    tx.execute(delete(tallies).where(tallies.c.period == "w2026-06-29"))
    tx.execute(update(site_counts).values(votes=7))


def test_a_recount_repairs_what_the_ranking_reads(storage: Storage) -> None:
    """A wrong tally, a wrong section, a missing row and wrong counts of the site are told and made right."""
    rate(storage, page("mot"), 4, 4)
    before = ranking(storage), ranking(storage, period=Period.WEEK, section="Đời sống")
    storage.write_sync(_spoil, None)
    right = KeptTally(section="Đời sống", votes=2, points=8, magnitude=1, mean=4_000_000)
    identity = page_id("test", "mot")
    wrong = (
        TallyDifference(
            page_id=identity,
            period="all",
            kept=KeptTally(section="Đời sống", votes=9, points=9, magnitude=1, mean=9),
            counted=right,
        ),
        TallyDifference(
            page_id=identity,
            period="m2026-07-01",
            kept=KeptTally(section="Thể thao", votes=2, points=8, magnitude=1, mean=4_000_000),
            counted=right,
        ),
        TallyDifference(page_id=identity, period="w2026-06-29", kept=None, counted=right),
    )

    assert storage.read_sync(recount, Recount()).tallies == wrong
    site = storage.read_sync(recount_site, False)
    assert site is not None
    assert (site.kept.counts, site.counted.counts) == ((0, 0, 0, 7, 0), (0, 0, 0, 2, 0))
    assert storage.write_sync(recount, Recount(repair=True)).tallies == wrong
    assert storage.write_sync(recount_site, True) == site
    assert unequal(storage) == ()
    assert (ranking(storage), ranking(storage, period=Period.WEEK, section="Đời sống")) == before


def _forget(tx: Tx, _: None) -> None:
    for table in (votes, totals, tallies, site_counts):
        tx.execute(delete(table))


SECTIONS = {"mot": "Đời sống", "hai": "Thể thao", "ba": "Đời sống", "bon": "Đời sống"}
DAYS = (date(2025, 12, 31), date(2026, 6, 28), MONDAY, WEDNESDAY)
ACTIONS = st.lists(
    st.tuples(st.sampled_from(sorted(SECTIONS)), st.integers(0, 7), st.integers(0, 5), st.sampled_from(DAYS)),
    max_size=25,
)
_rounds = count(1)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(actions=ACTIONS, limit=st.integers(1, 5))
def test_the_ranking_is_that_of_the_votes_after_any_sequence(
    storage: Storage, actions: list[tuple[str, int, int, date]], limit: int
) -> None:
    """Whatever readers set, change and take back, and whether the site's mean is high or low: list and model agree."""
    storage.write_sync(_forget, None)
    model: dict[tuple[str, str], tuple[int, date]] = {}
    chapter = next(_rounds)
    for name, reader, score, day in actions:
        voter = f"r:{chapter}-{name}-{reader}"  # a quota of its own in every example
        if score:
            command = CastRating(page=page(name, SECTIONS[name]), voter=voter, score=score, day=day, quota=voter)
            storage.write_sync(cast, command)
            model[name, voter] = (score, model.get((name, voter), (0, day))[1])
        else:
            storage.write_sync(withdraw, WithdrawRating(page_id=page_id("test", name), voter=voter, quota=voter))
            model.pop((name, voter), None)

    assert unequal(storage) == ()
    for period, since in ((Period.ALL, date.min), (Period.MONTH, date(2026, 7, 1)), (Period.WEEK, MONDAY)):
        for section in (None, "Đời sống"):
            found = ranking(storage, section=section, period=period, limit=limit)
            assert [(rated.page.key, rated.mean) for rated in found] == expected(model, since, section)[:limit]


def expected(
    model: Mapping[tuple[str, str], tuple[int, date]], since: date, section: str | None
) -> list[tuple[str, Fraction]]:
    """The ranking as the definition says it."""
    given_scores = [score for score, _ in model.values()]
    number: Counter[str] = Counter()
    points: Counter[str] = Counter()
    for (name, _), (score, day) in model.items():
        if day >= since and section in {None, SECTIONS[name]}:
            number[name] += 1
            points[name] += score

    def order(name: str) -> tuple[Fraction, int, UUID]:
        return -means[name], -number[name], page_id("test", name)

    means = {
        name: bayesian_mean(
            Tally(votes=number[name], points=points[name]), Fraction(sum(given_scores), len(given_scores))
        )
        for name in number
    }
    return [(name, means[name]) for name in sorted(means, key=order)]
