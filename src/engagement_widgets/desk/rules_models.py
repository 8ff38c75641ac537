"""What programs send and read of the rules."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field as ModelField

from engagement_widgets.comments.rules.exchange import draft_from_json
from engagement_widgets.comments.rules.rule import Field, RuleDraft
from engagement_widgets.comments.rules.simulating import MOST
from engagement_widgets.comments.rules.words import Action
from engagement_widgets.comments.service import HeldReason, Status
from engagement_widgets.web.api_models import ApiModel


class RuleIn(ApiModel):
    """A rule. `id` names a built-in one in a set that is imported; everywhere else it is left out."""

    kind: HeldReason
    name: str = ""
    fields: Annotated[list[Field], ModelField(default_factory=list)]
    params: Annotated[dict[str, Any], ModelField(default_factory=dict)]
    action: Action = Action.HOLD
    enabled: bool = True
    note: str = ""
    id: str = ""

    def draft(self) -> RuleDraft:
        """The rule as it was typed."""
        return draft_from_json(self.model_dump(exclude={"id"}, mode="json"))


class RuleOut(ApiModel):
    """A rule as it stands. `version` is what a change must name; a `fixed` one is decided elsewhere."""

    id: str
    version: int
    built_in: bool
    fixed: bool
    kind: HeldReason
    name: str
    fields: list[Field]
    params: dict[str, Any]
    action: Action
    enabled: bool
    note: str


class RuleSetOut(ApiModel):
    """Every rule in its order, with the version of the whole set. Its `rules` can be imported elsewhere."""

    version: int
    rules: list[RuleOut]


class AddRuleIn(ApiModel):
    """A rule to add, and why where it touches much."""

    rule: RuleIn
    why: str = ""


class ChangeRuleIn(ApiModel):
    """What changes of a rule; what is left out stays. `version` is the one that was seen."""

    version: int
    name: str | None = None
    fields: list[Field] | None = None
    params: dict[str, Any] | None = None
    action: Action | None = None
    enabled: bool | None = None
    note: str | None = None
    why: str = ""


class VersionParams(ApiModel):
    """The version of the rule that was seen."""

    version: int


class OrderIn(ApiModel):
    """Every rule's id in the order they shall have, and the version of the set that was seen."""

    ids: list[str]
    version: int


class ImportIn(ApiModel):
    """A set of rules, or the name of a starter pack."""

    rules: Annotated[list[RuleIn], ModelField(default_factory=list)]
    pack: str = ""
    why: str = ""


class EditedOut(ApiModel):
    """What became of the set. `undo` takes the change back until `undo_until`; both are null where nothing changed."""

    version: int
    rules: list[RuleOut]
    undo: UUID | None
    undo_until: datetime | None


class SimulateIn(ApiModel):
    """A rule to try on the newest comments."""

    rule: RuleIn
    last: Annotated[int, ModelField(description="How many comments, 1–5,000.")] = MOST


class FoundOut(ApiModel):
    """Where a rule finds something: `start` and `end` count code points of the field, links being in the body."""

    field: Field | None
    start: int | None
    end: int | None


class ExampleOut(ApiModel):
    """A comment that the rule would touch, and what was decided about it."""

    id: UUID
    author: str
    body: str
    submitted_at: datetime
    status: Status
    decided_by: str | None
    found: list[FoundOut]


class SimulationOut(ApiModel):
    """Of `seen` comments `touched` by the rule, by what was decided about them, with the newest of them."""

    seen: int
    touched: int
    share: float
    statuses: dict[Status, int]
    examples: list[ExampleOut]


class PackOut(ApiModel):
    """A starter pack."""

    name: str
    title: str
    description: str
    entries: int


class PacksOut(ApiModel):
    """The starter packs that come with the library; they hold, and nothing else."""

    packs: list[PackOut]
