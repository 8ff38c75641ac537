"""How far a person at the desk reaches: the sections they look after, asked inside the unit that acts."""

from engagement_widgets.errors import Refused
from engagement_widgets.hooks import DeskUser


def require_section(actor: DeskUser, section: str) -> None:
    """Stop whoever has nothing to do with this section.

    Raises:
        Refused: `section_required`.
    """
    if not actor.covers(section):
        raise Refused("section_required")


def require_whole_site(actor: DeskUser) -> None:
    """Stop whoever is limited to sections from what concerns them all.

    Raises:
        Refused: `section_required`.
    """
    if actor.sections is not None:
        raise Refused("section_required")
