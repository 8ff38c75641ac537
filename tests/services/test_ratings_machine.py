"""Readers and editors in any order, on both databases: integers, votes, API and page always say the same."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from starlette.applications import Starlette
from starlette.requests import Request

from engagement_widgets import Engagement, Settings
from engagement_widgets.errors import Invalid
from engagement_widgets.hooks import HostUser, Page
from engagement_widgets.pages.reference import make_reference, page_id
from engagement_widgets.ratings.commands import RatingDecided
from engagement_widgets.ratings.decisions import freeze, leave_out, reopen, reset, take_in
from engagement_widgets.ratings.sets import VoteSet
from engagement_widgets.ratings.views import SCORES
from engagement_widgets.settings import Worker
from engagement_widgets.testing import FakeClock
from rating_factory import Decision, counts, decide, proved, state, undo

READERS = st.sampled_from(["mai", "lan", "an"])
SETS = st.sampled_from([VoteSet(), VoteSet(scores=(1, 2)), VoteSet(scores=(4,)), VoteSet(scores=(1, 3, 5))])
DATA_CELL = re.compile(r'class="ew-dist__n">(\d+)<')
_pages = count(1)


async def identity(request: Request, /) -> HostUser | None:
    """The host's reader, told by a header."""
    name = request.headers.get("x-user")
    return HostUser(id=name, name=name) if name else None


class Served:
    """One mounted instance that is asked through HTTP."""

    def __init__(self, url: str, clock: FakeClock) -> None:
        options = Settings(database_url=url, secret_keys=("k" * 32,), site="test", worker=Worker.OFF)
        self.clock = clock
        self.engagement = Engagement(options, identity=identity, clock=clock)
        app = self.engagement.wrap(Starlette(), "/engagement")
        self.ctx = self.engagement.boot()
        transport = httpx.ASGITransport(app=app)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1/engagement")
        self._runner = asyncio.Runner()

    def ask(self, method: str, path: str, **options: object) -> httpx.Response:
        """One request."""
        return self._runner.run(self._client.request(method, path, **options))  # type: ignore[arg-type]

    def close(self) -> None:
        """End it."""
        self._runner.run(self._client.aclose())
        self._runner.close()
        self.engagement.close()


@pytest.fixture
def served(database_url: str, clock: FakeClock) -> Iterator[Served]:
    """An instance on each kind of database."""
    made = Served(database_url, clock)
    yield made
    made.close()


@dataclass(slots=True)
class Given:
    """A vote in the model. `deed` is the decision that left it out or took it in last, `step` when it was given."""

    score: int
    step: int
    counted: bool = True
    deed: int | None = None


class Ratings(RuleBasedStateMachine):
    """Three readers and an editor on one page, beside a model that knows nothing of the code."""

    served: Served

    @initialize()
    def begin(self) -> None:
        """A page nobody has rated."""
        self.page = Page(key=f"tin/{next(_pages)}", url="/", title="")
        self.page_id = page_id("test", self.page.key)
        self.reference = make_reference(self.served.ctx.secrets, "test", self.page)
        self.votes: dict[str, Given] = {}
        self.frozen, self.reset_step, self.step = False, -1, 0
        self.last: tuple[RatingDecided, bool, int, str] | None = None
        self._send("first", 4)

    @rule(reader=READERS, score=st.sampled_from(SCORES))
    def rate(self, reader: str, score: int) -> None:
        """A reader gives a score, new, again or another."""
        self._send(reader, score)

    @rule(reader=READERS)
    def take_back(self, reader: str) -> None:
        """A reader takes a vote back, if there is one."""
        status = self._post("/api/v1/ratings/withdraw", reader, page=self.reference)
        assert status == (403 if self.frozen else 200)
        if not self.frozen:
            self.votes.pop(reader, None)

    @rule(decision=st.sampled_from([freeze, reopen]))
    def open_or_close(self, decision: Decision) -> None:
        """An editor stops the page or opens it."""
        before = self.frozen
        self.frozen = decision is freeze
        self._decided(decision, VoteSet(), before)

    @rule(chosen=SETS)
    def choose(self, chosen: VoteSet) -> None:
        """An editor leaves a set out."""
        self._move(leave_out, chosen, counted=True)

    @rule(chosen=SETS)
    def choose_again(self, chosen: VoteSet) -> None:
        """An editor takes a set in."""
        self._move(take_in, chosen, counted=False)

    @rule()
    def begin_anew(self) -> None:
        """An editor resets the page."""
        before = self.reset_step
        self._move(reset, VoteSet(), counted=True)
        if self.last is not None and self.last[3] == "reset" and self.last[0].version == self._version():
            self.last = (self.last[0], self.last[1], before, "reset")
            self.reset_step = self.step

    @precondition(lambda self: self.last is not None)
    @rule()
    def think_again(self) -> None:
        """The editor undoes the latest decision."""
        assert self.last is not None
        decided, frozen, reset_step, _ = self.last
        undo(self.served.ctx.storage, decided)
        for given in self.votes.values():
            if given.deed == decided.version:
                given.counted, given.deed = not given.counted, None
        self.frozen, self.reset_step, self.last = frozen, reset_step, None

    @invariant()
    def all_say_the_same(self) -> None:
        """Model, integers, votes, API, JSON and HTML."""
        storage = self.served.ctx.storage
        expected = tuple(
            sum(given.counted and given.score == score for given in self.votes.values()) for score in SCORES
        )
        assert counts(storage, self.page_id) == expected
        assert proved(storage)
        api = self.served.ask("GET", f"/api/v1/pages/{self.page_id}/rating").json()
        assert tuple(api["scores"].values()) == expected
        assert api["frozen"] == self.frozen
        assert self.served.ask("GET", f"/fragments/{self.page_id}/rating.json").json() == api
        page = self.served.ask("GET", f"/fragments/{self.page_id}/rating.html").text
        assert [int(cell) for cell in DATA_CELL.findall(page)] == list(reversed(expected if sum(expected) else ()))
        assert ("data-ew-closed" in page) == self.frozen

    def _send(self, reader: str, score: int) -> None:
        status = self._post("/api/v1/ratings", reader, page=self.reference, score=score)
        assert status == (403 if self.frozen else 200)
        if self.frozen:
            return
        given = self.votes.get(reader)
        if given is None or (not given.counted and given.step <= self.reset_step):
            self.votes[reader] = Given(score=score, step=self.step)
        elif given.score != score:
            given.score, given.step = score, self.step

    def _move(self, decision: Decision, chosen: VoteSet, *, counted: bool) -> None:
        found = [given for given in self.votes.values() if given.counted is counted and given.score in chosen.scores]
        if not found:
            with pytest.raises(Invalid):
                self._decided(decision, chosen, self.frozen)
            return
        version = self._decided(decision, chosen, self.frozen)
        for given in found:
            given.counted, given.deed = not counted, version

    def _decided(self, decision: Decision, chosen: VoteSet, frozen: bool) -> int:  # noqa: FBT001  (what it was before)
        decided = decide(self.served.ctx.storage, decision, chosen, identity=self.page_id)
        if decided.undo_id is not None:
            self.last = (decided, frozen, self.reset_step, getattr(decision, "__name__", ""))
        self._tick()
        return decided.version

    def _post(self, path: str, reader: str, **body: object) -> int:
        self._tick()
        name = f"{self.page.key}/{reader}"  # a quota of its own in every example
        return self.served.ask("POST", path, json=body, headers={"x-user": name}).status_code

    def _tick(self) -> None:
        self.step += 1
        self.served.clock.advance(timedelta(minutes=1))

    def _version(self) -> int:
        return state(self.served.ctx.storage, self.page_id).version


def run(served: Served, *, examples: int, steps: int) -> None:
    """Run the machine against one instance."""
    machine = type("Ratings", (Ratings,), {"served": served})
    options = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=options)


def test_any_sequence_leaves_everything_exact(served: Served) -> None:
    """Set, change, take back, freeze, reopen, reset, leave out, take in and undo, in an order nobody thought of."""
    run(served, examples=15, steps=25)


@pytest.mark.long
def test_many_long_sequences_leave_everything_exact(served: Served) -> None:
    """The same for longer."""
    run(served, examples=300, steps=50)
