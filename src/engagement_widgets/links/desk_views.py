"""What the desk's screens of links are given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from engagement_widgets.links.views import GroupView, LinkView


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What was just done. It stands beside `link_id`, or above everything where the link is gone or none is meant."""

    sentence: str
    link_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A form that came back: everything typed is kept and each wrong field has its sentence.

    Attributes:
        form: `add_group`, `rename_group`, `add_link` or `change_link`.
        target: the group or link it is about.
        values: what was typed, by field.
        errors: sentences by field.
    """

    form: str
    target: UUID | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def is_for(self, form: str, target: UUID | None = None) -> bool:
        """True for the form that came back."""
        return self.form == form and self.target == target


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksScreen:
    """All groups and links: context `screen` of `engagement/links/desk.html`.

    Attributes:
        groups: every group in order, with hidden links.
        typed: the form that came back; one that is for no form when none did.
        notice: what was just done.
        problem: the sentence of what could not be done.
    """

    groups: tuple[GroupView, ...]
    typed: Typed
    notice: Notice | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkScreen:
    """One link to edit: context `screen` of `engagement/links/desk_link.html`.

    Attributes:
        link: as it is stored.
        group: where it stands.
        typed: the form as stored, or as it came back.
        problem: the sentence of what could not be done.
    """

    link: LinkView
    group: GroupView
    typed: Typed
    problem: str | None = None
