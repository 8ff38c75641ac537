"""What an editor asks for: one frozen value a deed, each with the person who asks."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from engagement_widgets.hooks import DeskUser


class Direction(StrEnum):
    """One place up or down within the group."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFields:
    """What an editor sets on a link, parsed by `fields.TITLE` and `url.parse_url`."""

    title: str
    url: str
    nofollow: bool = False
    sponsored: bool = False
    new_tab: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddGroup:
    """Put a new, empty group at the end."""

    actor: DeskUser
    name: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameGroup:
    """Give a group another name, another title, or both."""

    actor: DeskUser
    group_id: UUID
    name: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddLink:
    """Put a link at the end of its group."""

    actor: DeskUser
    group_id: UUID
    fields: LinkFields


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLink:
    """Replace what an editor sets on a link. `version` is the one the editor saw."""

    actor: DeskUser
    link_id: UUID
    version: int
    fields: LinkFields


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVisibility:
    """Show a link to readers, or hide it. `version` is the one the editor saw."""

    actor: DeskUser
    link_id: UUID
    version: int
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveLink:
    """Move a link one place within its group."""

    actor: DeskUser
    link_id: UUID
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveLink:
    """Remove a link; the journal keeps what it was. `version` is the one the editor saw."""

    actor: DeskUser
    link_id: UUID
    version: int
