"""Finding the application's own `Engagement` by name, as servers find an application."""

import importlib
import sys

from engagement_widgets.app.engagement import Engagement
from engagement_widgets.errors import MountError


def load_engagement(target: str) -> Engagement:
    """The object that `module:attribute` names, looked for from the working directory first.

    Raises:
        MountError: when there is no such module or attribute, or it is something else.
    """
    module, _, attribute = target.partition(":")
    sys.path.insert(0, "")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise MountError(f"{target!r} names no Engagement (write module:attribute): {error}") from None
    if not isinstance(found, Engagement):
        raise MountError(f"{target!r} is no Engagement but a {type(found).__name__}.")
    return found
