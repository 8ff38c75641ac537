"""Events as JSON: what the outbox keeps of them, and back."""

import dataclasses
import typing
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from engagement_widgets.events import EVENTS, Event

_BY_KIND: Mapping[str, type[Event]] = {kind.__name__: kind for kind in EVENTS}


def encode(event: Event) -> dict[str, Any]:
    """Return the event's fields as JSON values."""
    return {field.name: _plain(getattr(event, field.name)) for field in dataclasses.fields(event)}


def decode(kind: str, payload: Mapping[str, Any]) -> Event:
    """Return the event that was encoded.

    Raises:
        LookupError: a kind that this release does not know, written by a newer one.
    """
    try:
        event = _BY_KIND[kind]
    except KeyError:
        raise LookupError(f"unknown event {kind}") from None
    types = typing.get_type_hints(event)
    return event(**{name: _typed(types[name], value) for name, value in payload.items() if name in types})


def _plain(value: object) -> object:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _typed(kind: object, value: Any) -> Any:  # noqa: ANN401  # as the event's field says
    if kind is UUID:
        return UUID(value)
    return datetime.fromisoformat(value) if kind is datetime else value
