"""What editors type, parsed with every wrong field at once."""

from typing import Final

from engagement_widgets.errors import FieldError, Invalid, Malformed
from engagement_widgets.kernel.text import Fields
from engagement_widgets.links.commands import Direction, LinkFields
from engagement_widgets.links.fields import GROUP_TITLE, TITLE, parse_name
from engagement_widgets.links.url import parse_url
from engagement_widgets.web.forms import Form

CHECKBOXES: Final = ("nofollow", "sponsored", "new_tab")


def group_form(form: Form) -> tuple[str, str]:
    """Name and title of a group.

    Raises:
        Invalid: naming every wrong field.
    """
    fields = Fields()
    name = fields.take("name", parse_name, form.get("name"))
    title = fields.take("title", GROUP_TITLE.parse, form.get("title"))
    fields.check()
    return name or "", title or ""


def link_form(form: Form) -> LinkFields:
    """What an editor sets on a link. A checkbox that is not sent is off.

    Raises:
        Invalid: naming every wrong field.
    """
    fields = Fields()
    title = fields.take("title", TITLE.parse, form.get("title"))
    url = fields.take("url", parse_url, form.get("url"))
    fields.check()
    marks = {name: form.get(name) is not None for name in CHECKBOXES}
    return LinkFields(title=title or "", url=url or "", **marks)


def version_of(form: Form) -> int:
    """The version the editor saw.

    Raises:
        Malformed: `bad_form`: our own forms always carry it.
    """
    text = form.text("version")
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004  (fits every integer column)
        raise Malformed("bad_form")
    return int(text)


def direction_of(form: Form) -> Direction:
    """Up or down.

    Raises:
        Invalid: `direction_invalid`.
    """
    try:
        return Direction(form.text("direction"))
    except ValueError:
        raise Invalid([FieldError("direction", "direction_invalid")]) from None
