"""Groups and links in their order on both databases; every edit is in the journal, a refused one leaves nothing."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from engagement_widgets.errors import Conflict, EngagementError, Invalid, NotFound
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.journal.service import EntriesQuery, Entry, read_entries
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
from engagement_widgets.links.service import (
    GroupsQuery,
    Place,
    add_group,
    add_link,
    change_link,
    find_link,
    known_groups,
    list_groups,
    move_link,
    remove_link,
    rename_group,
    set_visibility,
    visible_link,
)
from engagement_widgets.storage.tables import changes, outbox
from engagement_widgets.storage.units import Storage, Tx

LAN = DeskUser(id="lan", name="Lan", role=Role.EDITOR)
ALL = GroupsQuery(include_hidden=True)

_numbers = count(1)


def new_group(storage: Storage, name: str = "bao-ban", title: str = "Báo bạn") -> UUID:
    """Add a group."""
    return storage.write_sync(add_group, AddGroup(actor=LAN, name=name, title=title))


def fields(**values: Any) -> LinkFields:
    """What an editor typed; what a test does not name is plausible and unlike the last one."""
    number = next(_numbers)
    return LinkFields(**({"title": f"Website {number}", "url": f"https://w{number}.example/"} | values))


def new_link(storage: Storage, group_id: UUID, **values: Any) -> UUID:
    """Add a link."""
    return storage.write_sync(add_link, AddLink(actor=LAN, group_id=group_id, fields=fields(**values)))


def move(storage: Storage, link_id: UUID, direction: Direction) -> Place:
    """Move a link one place."""
    return storage.write_sync(move_link, MoveLink(actor=LAN, link_id=link_id, direction=direction))


def titles(storage: Storage, query: GroupsQuery = ALL) -> list[tuple[str, list[str]]]:
    """What stands where."""
    return [(group.name, [link.title for link in group.links]) for group in storage.read_sync(list_groups, query)]


def journal(storage: Storage) -> list[Entry]:
    """The journal, oldest first."""
    return list(reversed(storage.read_sync(read_entries, EntriesQuery(size=100))))


def traces(tx: Tx, _: None) -> tuple[int, list[str]]:
    """How many events there are, and which topics were touched."""
    events = tx.execute(select(func.count()).select_from(outbox)).scalar_one()
    return events, list(tx.execute(select(changes.c.topic).order_by(changes.c.seq)).scalars())


def test_groups_and_links_stand_in_the_order_they_came(storage: Storage) -> None:
    """New groups and links go to the end, and all the links of a group come with it."""
    first, second = new_group(storage, "a", "A"), new_group(storage, "b", "B")
    new_link(storage, second, title="B1")
    new_link(storage, first, title="A1")
    new_link(storage, first, title="A2")

    assert titles(storage) == [("a", ["A1", "A2"]), ("b", ["B1"])]
    assert titles(storage, GroupsQuery(name="b")) == [("b", ["B1"])]


def test_readers_see_visible_links_only(storage: Storage) -> None:
    """A hidden link, and a group without a visible one, are for editors."""
    group, empty = new_group(storage, "a"), new_group(storage, "b")
    shown, hidden = new_link(storage, group, title="A1"), new_link(storage, group, title="A2")
    storage.write_sync(set_visibility, SetVisibility(actor=LAN, link_id=hidden, version=1, hidden=True))

    assert titles(storage, GroupsQuery()) == [("a", ["A1"])]
    assert titles(storage) == [("a", ["A1", "A2"]), ("b", [])]
    assert storage.read_sync(visible_link, shown).title == "A1"
    with pytest.raises(NotFound, match="unknown_link"):
        storage.read_sync(visible_link, hidden)
    assert storage.read_sync(known_groups, GroupsQuery(name="b")) == ()
    with pytest.raises(NotFound, match="unknown_link_group"):
        storage.read_sync(known_groups, GroupsQuery(name="c"))
    assert empty


def test_every_edit_is_written_down_and_told(storage: Storage) -> None:
    """Each deed has its entry with before and after, one event and one touch of the topic."""
    group = new_group(storage, "a", "A")
    storage.write_sync(rename_group, RenameGroup(actor=LAN, group_id=group, name="b", title="B"))
    link, other = new_link(storage, group, title="Một"), new_link(storage, group, title="Hai")
    changed = fields(title="Ba", url="https://ba.example/", sponsored=True)
    storage.write_sync(change_link, ChangeLink(actor=LAN, link_id=link, version=1, fields=changed))
    storage.write_sync(set_visibility, SetVisibility(actor=LAN, link_id=link, version=2, hidden=True))
    move(storage, link, Direction.DOWN)
    storage.write_sync(remove_link, RemoveLink(actor=LAN, link_id=other, version=1))

    entries = journal(storage)
    assert [entry.action for entry in entries] == [
        "link_group.added",
        "link_group.renamed",
        "link.added",
        "link.added",
        "link.changed",
        "link.hidden",
        "link.moved",
        "link.removed",
    ]
    assert {entry.actor for entry in entries} == {"lan"}
    renamed, edited, removed = entries[1], entries[4], entries[7]
    assert (renamed.before, renamed.after) == ({"name": "a", "title": "A"}, {"name": "b", "title": "B"})
    assert edited.before is not None
    assert edited.after is not None
    assert (edited.before["title"], edited.after["title"], edited.after["sponsored"]) == ("Một", "Ba", True)
    assert removed.after is None
    assert removed.before is not None
    assert removed.before["group_id"] == str(group)
    events, topics = storage.read_sync(traces, None)
    assert (events, set(topics)) == (8, {"links"})


def test_an_edit_that_changes_nothing_leaves_no_trace(storage: Storage) -> None:
    """The same values again, and a move beyond the end, write nothing."""
    group = new_group(storage, "a", "A")
    link = new_link(storage, group, title="Một", url="https://mot.example/")
    before = len(journal(storage)), storage.read_sync(traces, None)
    same = LinkFields(title="Một", url="https://mot.example/")

    storage.write_sync(rename_group, RenameGroup(actor=LAN, group_id=group, name="a", title="A"))
    storage.write_sync(change_link, ChangeLink(actor=LAN, link_id=link, version=1, fields=same))
    storage.write_sync(set_visibility, SetVisibility(actor=LAN, link_id=link, version=1, hidden=False))
    assert move(storage, link, Direction.UP) == move(storage, link, Direction.DOWN) == Place(position=1, of=1)

    assert (len(journal(storage)), storage.read_sync(traces, None)) == before


def test_a_link_moves_one_place_at_a_time(storage: Storage) -> None:
    """Up and down change places with the neighbour, also beside a gap that a removed link left."""
    group = new_group(storage)
    links = [new_link(storage, group, title=title) for title in "ABCD"]
    storage.write_sync(remove_link, RemoveLink(actor=LAN, link_id=links[1], version=1))

    assert move(storage, links[3], Direction.UP) == Place(position=2, of=3)
    assert titles(storage)[0][1] == ["A", "D", "C"]
    assert move(storage, links[0], Direction.DOWN) == Place(position=2, of=3)
    assert titles(storage)[0][1] == ["D", "A", "C"]


def test_a_stale_version_changes_nothing(storage: Storage) -> None:
    """Whoever edits, hides or removes what has changed meanwhile is told, and the first edit stands."""
    link = new_link(storage, new_group(storage), title="Một")
    storage.write_sync(change_link, ChangeLink(actor=LAN, link_id=link, version=1, fields=fields(title="Hai")))
    before = len(journal(storage))

    for unit, command in (
        (change_link, ChangeLink(actor=LAN, link_id=link, version=1, fields=fields(title="Ba"))),
        (set_visibility, SetVisibility(actor=LAN, link_id=link, version=1, hidden=True)),
        (remove_link, RemoveLink(actor=LAN, link_id=link, version=1)),
    ):
        with pytest.raises(Conflict, match="stale_version"):
            storage.write_sync(unit, command)  # type: ignore[arg-type]  # each with its own command

    found = storage.read_sync(find_link, link)
    assert (found.title, found.hidden, found.version) == ("Hai", False, 2)
    assert len(journal(storage)) == before


def test_names_are_unique(storage: Storage) -> None:
    """Two groups cannot share a name, nor two links of one group a title; other groups may have that title too."""
    first, second = new_group(storage, "a"), new_group(storage, "b")
    new_link(storage, first, title="Cổng thông tin")
    link = new_link(storage, first, title="Báo")
    new_link(storage, second, title="Cổng thông tin")
    taken = fields(title="cổng THÔNG tin")

    for unit, command, code in (
        (add_group, AddGroup(actor=LAN, name="a", title="C"), "name_taken"),
        (rename_group, RenameGroup(actor=LAN, group_id=second, name="a", title="C"), "name_taken"),
        (add_link, AddLink(actor=LAN, group_id=first, fields=taken), "title_taken"),
        (change_link, ChangeLink(actor=LAN, link_id=link, version=1, fields=taken), "title_taken"),
    ):
        with pytest.raises(Invalid) as refused:
            storage.write_sync(unit, command)  # type: ignore[arg-type]  # each with its own command
        assert [error.code for error in refused.value.errors] == [code]


def test_what_is_not_there_is_not_found(storage: Storage) -> None:
    """Every edit of an unknown group or link says so."""
    nobody = uuid4()
    for unit, command in (
        (rename_group, RenameGroup(actor=LAN, group_id=nobody, name="a", title="A")),
        (add_link, AddLink(actor=LAN, group_id=nobody, fields=fields())),
        (change_link, ChangeLink(actor=LAN, link_id=nobody, version=1, fields=fields())),
        (set_visibility, SetVisibility(actor=LAN, link_id=nobody, version=1, hidden=True)),
        (move_link, MoveLink(actor=LAN, link_id=nobody, direction=Direction.UP)),
        (remove_link, RemoveLink(actor=LAN, link_id=nobody, version=1)),
    ):
        with pytest.raises(NotFound):
            storage.write_sync(unit, command)  # type: ignore[arg-type]  # each with its own command
    assert journal(storage) == []


def test_editors_at_once_keep_one_order(storage: Storage) -> None:
    """Links added and moved from several threads keep places of their own."""
    group = new_group(storage)
    with ThreadPoolExecutor(6) as editors:
        links = list(editors.map(lambda _: new_link(storage, group), range(12)))
        list(editors.map(lambda link: move(storage, link, Direction.UP), links))

    (view,) = storage.read_sync(list_groups, ALL)
    assert {link.id for link in view.links} == set(links)
    assert len(storage.read_sync(_places, None)) == len(links)


def test_two_editors_cannot_take_one_name(storage: Storage) -> None:
    """Of two groups of one name added at the same moment, one is refused with a sentence, not with a crash."""

    def add(_: int) -> str:
        try:
            new_group(storage, "a")
        except EngagementError as error:
            return error.code
        return "added"

    with ThreadPoolExecutor(4) as editors:
        assert sorted(editors.map(add, range(4))) == ["added", *["invalid_fields"] * 3]


def _places(tx: Tx, _: None) -> set[int]:
    from engagement_widgets.links.tables import links

    return set(tx.execute(select(links.c.position)).scalars())
