"""From a text to its stored verdict, for posts and edits alike: examined, judged from outside, then written."""

from collections.abc import Callable
from typing import Final, TypeVar

import anyio

from engagement_widgets.comments.display import find_links
from engagement_widgets.comments.rules.case import Examined
from engagement_widgets.comments.rules.checkers import ask_checkers
from engagement_widgets.comments.rules.judging import RulesChanged
from engagement_widgets.comments.rules.rule import Finding
from engagement_widgets.comments.rules.ruleset import TOPIC, RuleSet, Written, load_rules
from engagement_widgets.comments.rules.similar import bands
from engagement_widgets.comments.rules.words import Action
from engagement_widgets.comments.traits import text_bits
from engagement_widgets.errors import Unavailable
from engagement_widgets.hooks import Page, Suspect
from engagement_widgets.storage.units import Unit
from engagement_widgets.web.context import Context

C = TypeVar("C")
R = TypeVar("R")

_TRIES: Final = 3
# Characters that are read on the event loop: it takes less than the way to a thread and back.
_SHORT: Final = 500
_READER_PURPOSE: Final = "reader-of-checker"


def suspect_of(ctx: Context, *, name: str, body: str, page: Page, reader: str) -> Suspect:
    """What is examined, and all that an external checker is told: a reader's name there is theirs alone."""
    return Suspect(
        name=name,
        body=body,
        links=tuple(link.url for link in find_links(body)),
        page=page,
        reader=ctx.secrets.keyed_hash(_READER_PURPOSE, reader),
    )


async def write_judged(
    ctx: Context, unit: Unit[C, R], command: Callable[[Examined], C], *, suspect: Suspect, is_staff: bool
) -> R:
    """Run a unit that calls `judge`, with what rules and checkers find in the text before it.

    Where the rules change between the look and the write, the text is examined again; the checkers are asked once.

    Raises:
        Unavailable: `busy`: the rules kept changing.
        EngagementError: whatever the unit raises.
    """
    opinions: tuple[Finding, ...] | None = None
    for _ in range(_TRIES):
        rules = await ctx.storage.recall(load_rules, TOPIC)
        if not rules.is_compiled:
            await anyio.to_thread.run_sync(rules.compile)
        found = () if is_staff else await _read(rules, _written(ctx, suspect))
        if opinions is None:
            opinions = () if is_staff or _is_refused(found) else await _opinions(ctx, suspect, rules)
        examined = Examined(
            rules=rules,
            findings=(*found, *opinions),
            bands=bands(suspect.body),
            traits=text_bits(suspect.body, has_link=bool(suspect.links)),
        )
        try:
            return await ctx.storage.write(unit, command(examined))
        except RulesChanged:
            ctx.storage.forget(TOPIC)
    raise Unavailable("busy")


async def _read(rules: RuleSet, written: Written) -> tuple[Finding, ...]:
    """Reading takes time with the length of the text: what is long is read beside the event loop."""
    if len(written.body) <= _SHORT:
        return rules.read(written)
    return await anyio.to_thread.run_sync(rules.read, written)


def _written(ctx: Context, suspect: Suspect) -> Written:
    own_names = (ctx.settings.site_name,) if ctx.settings.site_name else ()
    return Written(name=suspect.name, body=suspect.body, own_names=own_names)


def _is_refused(found: tuple[Finding, ...]) -> bool:
    return any(one.rule.draft.action is Action.REJECT for one in found)


async def _opinions(ctx: Context, suspect: Suspect, rules: RuleSet) -> tuple[Finding, ...]:
    return await ask_checkers(ctx.spam_checkers, suspect, rules) if ctx.spam_checkers else ()
