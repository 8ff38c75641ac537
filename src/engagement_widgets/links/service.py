"""Groups and links in their order. Every change is in the journal, and its list is locked while it changes.

PostgreSQL locks the group's row; SQLite has its single writer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, RowMapping, and_, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from engagement_widgets.errors import Conflict, FieldError, Invalid, NotFound
from engagement_widgets.links.commands import (
    AddGroup,
    AddLink,
    ChangeLink,
    Direction,
    LinkFields,
    MoveLink,
    RemoveLink,
    RenameGroup,
    SetVisibility,
)
from engagement_widgets.links.journalling import changed, journalled
from engagement_widgets.links.tables import groups, links
from engagement_widgets.links.views import GroupView, LinkView
from engagement_widgets.storage.units import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a link stands in its group, counted from 1."""

    position: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsQuery:
    """Which groups: one by name or all of them, with or without what only editors see."""

    name: str | None = None
    include_hidden: bool = False


_GROUP = and_(groups.c.site_id == bindparam("site"), groups.c.id == bindparam("group"))
_LINK = and_(links.c.site_id == bindparam("site"), links.c.id == bindparam("link"))

_GROUPS = select(groups).where(groups.c.site_id == bindparam("site")).order_by(groups.c.position, groups.c.id)
_GROUPS_NAMED = _GROUPS.where(groups.c.name == bindparam("name"))
_LINKS = select(links).where(links.c.site_id == bindparam("site")).order_by(links.c.position, links.c.id)
_LOCK_GROUP = select(groups).where(_GROUP).with_for_update()
_FIND_LINK = select(links).where(_LINK)
_IN_GROUP = _LINKS.where(links.c.group_id == bindparam("group"))
_LAST_GROUP = select(func.max(groups.c.position)).where(groups.c.site_id == bindparam("site"))
_NEW_GROUP = insert(groups)
_RENAME_GROUP = update(groups).where(_GROUP).values(name=bindparam("new_name"), title=bindparam("new_title"))
_NEW_LINK = insert(links)
_PLACE_LINK = update(links).where(_LINK).values(position=bindparam("place"))
_DROP_LINK = delete(links).where(_LINK)
_SET_FIELDS = (
    update(links)
    .where(_LINK)
    .values(
        version=links.c.version + 1,
        **{name: bindparam(f"new_{name}") for name in LinkFields.__dataclass_fields__},
    )
)
_SET_HIDDEN = update(links).where(_LINK).values(version=links.c.version + 1, hidden=bindparam("new_hidden"))


def list_groups(tx: Tx, query: GroupsQuery) -> tuple[GroupView, ...]:
    """Groups and their links in order. For readers, hidden links and groups without a link to show are left out."""
    named = {"site": tx.site} | ({} if query.name is None else {"name": query.name})
    found = tx.execute(_GROUPS if query.name is None else _GROUPS_NAMED, named).mappings().all()
    members: dict[UUID, list[LinkView]] = {row["id"]: [] for row in found}
    for row in tx.execute(_LINKS, {"site": tx.site}).mappings():
        if row["group_id"] in members and (query.include_hidden or not row["hidden"]):
            members[row["group_id"]].append(_link_view(row))
    views = (
        GroupView(id=row["id"], name=row["name"], title=row["title"], links=tuple(members[row["id"]])) for row in found
    )
    return tuple(view for view in views if view.links or query.include_hidden)


def known_groups(tx: Tx, query: GroupsQuery) -> tuple[GroupView, ...]:
    """`list_groups` for an address that names a group: one without a visible link is empty, not unknown.

    Raises:
        NotFound: `unknown_link_group`.
    """
    if query.name is not None and tx.execute(_GROUPS_NAMED, {"site": tx.site, "name": query.name}).first() is None:
        raise NotFound("unknown_link_group")
    return list_groups(tx, query)


def find_link(tx: Tx, link_id: UUID) -> LinkView:
    """A link as an editor sees it.

    Raises:
        NotFound: `unknown_link`.
    """
    row = tx.execute(_FIND_LINK, {"site": tx.site, "link": link_id}).mappings().first()
    if row is None:
        raise NotFound("unknown_link")
    return _link_view(row)


def visible_link(tx: Tx, link_id: UUID) -> LinkView:
    """A link as a reader may follow it.

    Raises:
        NotFound: `unknown_link`, for a hidden one too.
    """
    link = find_link(tx, link_id)
    if link.hidden:
        raise NotFound("unknown_link")
    return link


def add_group(tx: Tx, command: AddGroup) -> UUID:
    """Add a group at the end.

    Raises:
        Invalid: `name_taken`.
    """
    group_id = tx.new_id()
    last = tx.execute(_LAST_GROUP, {"site": tx.site}).scalar() or 0
    values = {"name": command.name, "title": command.title}
    _name_group(tx, _NEW_GROUP, {"site_id": tx.site, "id": group_id, "position": last + 1, **values})
    changed(tx, command.actor, "link_group.added", "link_group", group_id, after=values)
    return group_id


def rename_group(tx: Tx, command: RenameGroup) -> None:
    """Rename a group. The same name and title again change nothing.

    Raises:
        NotFound: `unknown_link_group`.
        Invalid: `name_taken`.
    """
    row = _lock_group(tx, command.group_id)
    before = {"name": row["name"], "title": row["title"]}
    after = {"name": command.name, "title": command.title}
    if before == after:
        return
    values = {"new_name": command.name, "new_title": command.title}
    _name_group(tx, _RENAME_GROUP, {"site": tx.site, "group": command.group_id, **values})
    changed(tx, command.actor, "link_group.renamed", "link_group", command.group_id, before=before, after=after)


def add_link(tx: Tx, command: AddLink) -> UUID:
    """Add a link at the end of its group.

    Raises:
        NotFound: `unknown_link_group`.
        Invalid: `title_taken`.
    """
    _lock_group(tx, command.group_id)
    siblings = _siblings(tx, command.group_id)
    _check_title(siblings, command.fields.title, besides=None)
    link_id = tx.new_id()
    row = {
        "site_id": tx.site,
        "id": link_id,
        "group_id": command.group_id,
        "position": max((sibling["position"] for sibling in siblings), default=0) + 1,
        "hidden": False,
        "version": 1,
        "created_at": tx.now,
        **_values(command.fields),
    }
    tx.execute(_NEW_LINK, row)
    changed(tx, command.actor, "link.added", "link", link_id, after=journalled(row))
    return link_id


def change_link(tx: Tx, command: ChangeLink) -> None:
    """Replace a link's fields. The same fields again change nothing.

    Raises:
        NotFound: `unknown_link`.
        Conflict: `stale_version`.
        Invalid: `title_taken`.
    """
    row = _lock_link(tx, command.link_id, version=command.version)
    _check_title(_siblings(tx, row["group_id"]), command.fields.title, besides=command.link_id)
    values = _values(command.fields)
    if all(row[name] == value for name, value in values.items()):
        return
    tx.execute(
        _SET_FIELDS,
        {"site": tx.site, "link": command.link_id, **{f"new_{name}": value for name, value in values.items()}},
    )
    before = journalled(row)
    changed(tx, command.actor, "link.changed", "link", command.link_id, before=before, after={**before, **values})


def set_visibility(tx: Tx, command: SetVisibility) -> None:
    """Show or hide a link.

    Raises:
        NotFound: `unknown_link`.
        Conflict: `stale_version`.
    """
    row = _lock_link(tx, command.link_id, version=command.version)
    if row["hidden"] == command.hidden:
        return
    tx.execute(_SET_HIDDEN, {"site": tx.site, "link": command.link_id, "new_hidden": command.hidden})
    before = journalled(row)
    action = "link.hidden" if command.hidden else "link.shown"
    after = {**before, "hidden": command.hidden}
    changed(tx, command.actor, action, "link", command.link_id, before=before, after=after)


def move_link(tx: Tx, command: MoveLink) -> Place:
    """Move a link one place and say where it stands now. At the end of the list it stays where it is.

    Raises:
        NotFound: `unknown_link`.
    """
    row = _lock_link(tx, command.link_id)
    siblings = _siblings(tx, row["group_id"])
    here = next(n for n, sibling in enumerate(siblings) if sibling["id"] == command.link_id)
    there = here + (-1 if command.direction is Direction.UP else 1)
    if not 0 <= there < len(siblings):
        return Place(position=here + 1, of=len(siblings))
    other = siblings[there]
    tx.execute(_PLACE_LINK, {"site": tx.site, "link": command.link_id, "place": other["position"]})
    tx.execute(_PLACE_LINK, {"site": tx.site, "link": other["id"], "place": row["position"]})
    before, after = {"position": here + 1}, {"position": there + 1}
    changed(tx, command.actor, "link.moved", "link", command.link_id, before=before, after=after)
    return Place(position=there + 1, of=len(siblings))


def remove_link(tx: Tx, command: RemoveLink) -> None:
    """Remove a link.

    Raises:
        NotFound: `unknown_link`.
        Conflict: `stale_version`.
    """
    row = _lock_link(tx, command.link_id, version=command.version)
    tx.execute(_DROP_LINK, {"site": tx.site, "link": command.link_id})
    changed(tx, command.actor, "link.removed", "link", command.link_id, before=journalled(row))


def _lock_group(tx: Tx, group_id: UUID) -> RowMapping:
    row = tx.execute(_LOCK_GROUP, {"site": tx.site, "group": group_id}).mappings().first()
    if row is None:
        raise NotFound("unknown_link_group")
    return row


def _lock_link(tx: Tx, link_id: UUID, *, version: int | None = None) -> RowMapping:
    """Lock a link's group, then read the link: whoever changes a list holds its group first."""
    key = {"site": tx.site, "link": link_id}
    found = tx.execute(_FIND_LINK, key).mappings().first()
    if found is not None:
        _lock_group(tx, found["group_id"])
        found = tx.execute(_FIND_LINK, key).mappings().first()
    if found is None:
        raise NotFound("unknown_link")
    if version is not None and found["version"] != version:
        raise Conflict("stale_version")
    return found


def _siblings(tx: Tx, group_id: UUID) -> Sequence[RowMapping]:
    return tx.execute(_IN_GROUP, {"site": tx.site, "group": group_id}).mappings().all()


def _name_group(tx: Tx, statement: Executable, values: Mapping[str, Any]) -> None:
    """Write a group's name; the database's own constraint decides, also between two editors at once."""
    try:
        tx.execute(statement, values)
    except IntegrityError:
        raise Invalid([FieldError("name", "name_taken")]) from None


def _check_title(siblings: Sequence[RowMapping], title: str, *, besides: UUID | None) -> None:
    """Two options of one select that read the same cannot be told apart."""
    name = title.casefold()
    if any(sibling["id"] != besides and sibling["title"].casefold() == name for sibling in siblings):
        raise Invalid([FieldError("title", "title_taken")])


def _values(fields: LinkFields) -> dict[str, Any]:
    return {name: getattr(fields, name) for name in LinkFields.__dataclass_fields__}


def _link_view(row: RowMapping) -> LinkView:
    return LinkView(**{name: row[name] for name in LinkView.__dataclass_fields__})
