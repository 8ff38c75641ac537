"""One constructor for each stored field, used alike by the desk, imports and the command line."""

import re
from typing import Final

from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.kernel.text import TextField

TITLE: Final = TextField("title", minimum=1, maximum=120, max_bytes=480)
GROUP_TITLE: Final = TextField("title", minimum=1, maximum=60, max_bytes=240)
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
ALL: Final = "all"  # names every group together in addresses, so no group is called that


def parse_name(raw: object) -> str:
    """The name a host's template asks a group by: it stands in addresses, so it is plain ASCII.

    Raises:
        Invalid: on `name`, with `required`, `wrong_type` or `group_name_invalid`.
    """
    if raw is not None and not isinstance(raw, str):
        raise Invalid([FieldError("name", "wrong_type")])
    text = (raw or "").strip()
    if not text:
        raise Invalid([FieldError("name", "required")])
    if not _NAME.fullmatch(text) or text == ALL:
        raise Invalid([FieldError("name", "group_name_invalid")])
    return text
