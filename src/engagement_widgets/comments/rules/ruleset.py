"""The rules of a site, compiled: what they find in a text, outside any transaction."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Final

from sqlalchemy import RowMapping, bindparam, select

from engagement_widgets.comments.display import LinkSpan, count_links, find_links
from engagement_widgets.comments.rules.impostors import resembles
from engagement_widgets.comments.rules.personal import allowed_form
from engagement_widgets.comments.rules.personal import find as find_personal
from engagement_widgets.comments.rules.rule import BUILT_IN, Field, Finding, Rule, RuleDraft, entries_of
from engagement_widgets.comments.rules.tables import rule_sets, rules
from engagement_widgets.comments.rules.words import Action, Words
from engagement_widgets.comments.states import HeldReason
from engagement_widgets.errors import Param
from engagement_widgets.storage.units import Tx

TOPIC: Final = "comment_rules"
MOST_FINDINGS: Final = 20
"""Of one rule in one comment: what a moderator looks at, and what a flood of matches may store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What rules read: the name and the text of a comment, and the site's own names, which nobody else may bear."""

    name: str
    body: str
    own_names: tuple[str, ...] = ()


class RuleSet:
    """The rules in their order; read by many threads and never changed.

    Compiling the lists of words takes seconds for ten thousand of them, so it is done once, at the first `read` or by
    `compile`, and in no transaction.

    Args:
        version: of the whole set, which rises with every change.
        rules: all of them, enabled or not.
    """

    def __init__(self, version: int, rules: Iterable[Rule]) -> None:
        self.version = version
        self.rules = tuple(sorted(rules, key=lambda rule: (rule.position, rule.id)))
        self._enabled = tuple(rule for rule in self.rules if rule.draft.enabled)
        self._by_kind = {rule.kind: rule for rule in reversed(self._enabled)}
        self._owners = {rule.id: rule for rule in self._enabled if rule.kind is HeldReason.WORDS}
        self._words: Words | None = None
        self._compiling = Lock()
        self._allowed = {
            rule.id: frozenset(map(allowed_form, rule.draft.params["allowed"]))
            for rule in self._enabled
            if rule.kind is HeldReason.PERSONAL_DATA
        }

    @property
    def allowed(self) -> frozenset[str]:
        """The site's own numbers and addresses, in whichever rule they stand."""
        return frozenset().union(*self._allowed.values())

    def of(self, kind: HeldReason) -> Rule | None:
        """The first enabled rule of a kind."""
        return self._by_kind.get(kind)

    @property
    def is_compiled(self) -> bool:
        """Whether `read` answers at once."""
        return self._words is not None or not self._owners

    def compile(self) -> Words:
        """Make the lists of words ready; blocking, and nothing where that was done."""
        with self._compiling:
            if self._words is None:
                lists = self._owners.items()
                self._words = Words(entry for rule_id, rule in lists for entry in entries_of(rule.draft, rule_id))
            return self._words

    def read(self, written: Written) -> tuple[Finding, ...]:
        """What the rules that look at the text alone find in it."""
        links = find_links(written.body)
        found = [*self._found_words(written, links)]
        for rule in self._enabled:
            found += _READERS[rule.kind](self, rule, written, links) if rule.kind in _READERS else ()
        return tuple(found)

    def _found_words(self, written: Written, links: list[LinkSpan]) -> Iterator[Finding]:
        if not self._owners:
            return
        words = self._words or self.compile()
        seen = dict.fromkeys(self._owners, 0)
        for looked_at, text, offset in _texts(written, links):
            for match in words.find(text):
                rule = self._owners[match.entry.id.rpartition("#")[0]]
                if looked_at in rule.draft.fields and seen[rule.id] < MOST_FINDINGS:
                    seen[rule.id] += 1
                    start, end = offset + match.start, offset + match.end
                    yield _at(rule, looked_at, start, end, {"rule": rule.draft.name})

    def _found_personal(self, rule: Rule, written: Written, links: list[LinkSpan]) -> list[Finding]:
        del links
        return [
            _at(rule, looked_at, span.start, span.end, {"what": span.kind.value})
            for looked_at, text in ((Field.NAME, written.name), (Field.BODY, written.body))
            if looked_at in rule.draft.fields
            for span in find_personal(text, self._allowed[rule.id])[:MOST_FINDINGS]
        ]

    def _found_impostor(self, rule: Rule, written: Written, links: list[LinkSpan]) -> list[Finding]:
        del links
        name = resembles(written.name, [*rule.draft.params["names"], *written.own_names])
        return [] if name is None else [_at(rule, Field.NAME, 0, len(written.name), {"name": name})]

    def _found_links(self, rule: Rule, written: Written, links: list[LinkSpan]) -> list[Finding]:
        count = count_links(written.body)  # an invisible character inside one does not hide it
        if count < rule.draft.params["least"]:
            return []
        found = [_at(rule, Field.BODY, link.start, link.end, {"count": count}) for link in links[:MOST_FINDINGS]]
        return found or [Finding(rule=rule, params={"count": count}, field=Field.BODY)]


_READERS: Final = {
    HeldReason.PERSONAL_DATA: RuleSet._found_personal,  # noqa: SLF001  (same class)
    HeldReason.IMPOSTOR: RuleSet._found_impostor,  # noqa: SLF001
    HeldReason.HAS_LINKS: RuleSet._found_links,  # noqa: SLF001
}

_RULES = select(rules).where(rules.c.site_id == bindparam("site"))
_VERSION = select(rule_sets.c.version).where(rule_sets.c.site_id == bindparam("site"))


def load_rules(tx: Tx, command: None = None) -> RuleSet:
    """The site's rules: the built-in ones, with what the site has changed, and its own; not compiled yet."""
    del command
    return RuleSet(read_version(tx), read_rules(tx).values())


def read_version(tx: Tx) -> int:
    """The version of the whole set; 0 while nobody has changed it."""
    return int(tx.execute(_VERSION, {"site": tx.site}).scalar() or 0)


def read_rules(tx: Tx) -> dict[str, Rule]:
    """Every rule by its id, not compiled."""
    found = {row["id"]: rule_of(row) for row in tx.execute(_RULES, {"site": tx.site}).mappings()}
    return {**BUILT_IN, **found}


def rule_of(row: RowMapping) -> Rule:
    """A rule from its row."""
    draft = RuleDraft(
        kind=HeldReason(row["kind"]),
        name=row["name"],
        fields=tuple(map(Field, row["fields"])),
        params=row["params"],
        action=Action(row["action"]),
        enabled=row["enabled"],
        note=row["note"],
    )
    return Rule(id=row["id"], version=row["version"], position=row["position"], draft=draft)


def _texts(written: Written, links: list[LinkSpan]) -> Iterator[tuple[Field, str, int]]:
    yield Field.NAME, written.name, 0
    yield Field.BODY, written.body, 0
    for link in links:
        yield Field.LINKS, written.body[link.start : link.end], link.start


def _at(rule: Rule, looked_at: Field, start: int, end: int, params: Mapping[str, Param]) -> Finding:
    return Finding(rule=rule, params=params, field=looked_at, start=start, end=end)
