"""Where the sign-in leads, and what roles may do."""

import pytest

from engagement_widgets.desk.gate import ADMINS, EDITORS, HOME, MODERATORS, Seat, safe_next
from engagement_widgets.errors import Refused
from engagement_widgets.hooks import DeskUser, Role


@pytest.mark.parametrize(
    "wanted", ["/desk", "/desk/queue?view=spam&cursor=a.b", "/desk/comments/0198a3c1-0000-7000-8000-000000000000"]
)
def test_addresses_of_the_desk_are_kept(wanted: str) -> None:
    """Somebody who was sent to the sign-in comes back to where they were going."""
    assert safe_next(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "/",
        "/deskx",
        "/article",
        "//evil.example/desk",
        "https://evil.example/desk",
        "/desk//evil.example",
        "/desk/../admin",
        "/desk/\\evil.example",
        "/desk/a\r\nSet-Cookie: x=1",
        "/desk/ngoài",
        "javascript:alert(1)",
    ],
)
def test_every_other_address_leads_to_the_desk_itself(wanted: str) -> None:
    """A link into the sign-in cannot send anybody elsewhere afterwards."""
    assert safe_next(wanted) == HOME


@pytest.mark.parametrize("role", Role)
def test_roles_may_do_what_they_are_for(role: Role) -> None:
    """A moderator decides, an editor edits links, an admin does both and keeps the accounts."""
    seat = Seat(user=DeskUser(id="x", name="X", role=role))
    for allowed, who in ((MODERATORS, {"moderator", "admin"}), (EDITORS, {"editor", "admin"}), (ADMINS, {"admin"})):
        if role in who:
            seat.require(allowed)
        else:
            with pytest.raises(Refused, match="role_required"):
                seat.require(allowed)


def test_a_person_has_to_do_with_all_sections_or_with_those_named() -> None:
    """No sections named means all of them; one that is not named is refused."""
    Seat(user=DeskUser(id="x", name="X")).require_section("Giáo dục")
    limited = Seat(user=DeskUser(id="x", name="X", sections=frozenset({"Kinh tế"})))
    limited.require_section("Kinh tế")
    with pytest.raises(Refused, match="section_required"):
        limited.require_section("Giáo dục")
