"""What is typed about an account, checked: the same for the desk's form and the command line."""

import re
from typing import Final

from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.hooks import Role
from engagement_widgets.kernel.text import TextField
from engagement_widgets.pages.reference import checked_section

LOGIN_MAXIMUM: Final = 64
NAME: Final = TextField("name", minimum=1, maximum=60, max_bytes=240)
_LOGIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_SECTIONS: Final = TextField("sections", minimum=0, maximum=5000, max_bytes=16 * 1024, multiline=True)


def parse_login(raw: object) -> str:
    """What somebody signs in as.

    Raises:
        Invalid: `required`, `bad_login` at `login`.
    """
    login = str(raw).strip().casefold()
    if not login:
        raise Invalid([FieldError("login", "required")])
    if not _LOGIN.fullmatch(login):
        raise Invalid([FieldError("login", "bad_login")])
    return login


def parse_role(raw: object) -> Role:
    """What was chosen as a role.

    Raises:
        Invalid: `unknown_role`.
    """
    try:
        return Role(str(raw))
    except ValueError:
        raise Invalid([FieldError("role", "unknown_role")]) from None


def parse_sections(raw: object) -> frozenset[str] | None:
    """The sections somebody is limited to, one a line; None for all where there is none.

    Raises:
        Invalid: what `TextField` raises.
    """
    lines = _SECTIONS.parse(raw).splitlines()
    return frozenset(checked_section(line.strip()) for line in lines if line.strip()) or None


def told(role: Role, sections: frozenset[str] | None) -> dict[str, str]:
    """What the journal says of what somebody may do."""
    limits = {} if sections is None else {"sections": ", ".join(sorted(sections))}
    return {"role": role.value, **limits}
