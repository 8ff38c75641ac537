"""Every error this library raises on purpose.

    EngagementError
    ├── Malformed      400  the request cannot be read at all
    ├── Refused        403  wrong origin, wrong role, forged proof
    ├── NotFound       404  unknown, or not visible to this reader
    ├── Conflict       409  a stale version, an idempotency key used for something else
    ├── TooLarge       413  more bytes or fields than the limits allow
    ├── Unsupported    415  a content type we do not read
    ├── Invalid        422  readable, but one or more fields are wrong
    ├── TooMany        429  a quota is used up; `retry_after` says when it opens again
    ├── Unavailable    503  the write queue is full or the boot failed
    ├── SettingsError       settings that cannot work, all of them at once
    ├── MountError          the library is mounted or called in a way that cannot work
    └── SchemaError         the database is not at the version this release needs

An error carries a stable `code` and the data to act on, never a sentence for people: those are made in one
place (`web.messages`), in the reader's language.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

Param: TypeAlias = str | int | float


class EngagementError(Exception):
    """Root of the tree.

    Args:
        code: stable, lower snake case, part of the public contract.
        params: the figures a sentence needs, by name.
    """

    status: ClassVar[int] = 500

    def __init__(self, code: str, /, **params: Param) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, Param] = params


class Malformed(EngagementError):
    """The request cannot be read."""

    status = 400


class Refused(EngagementError):
    """The request is understood and not allowed."""

    status = 403


class NotFound(EngagementError):
    """There is no such thing, or this reader may not see it."""

    status = 404


class Conflict(EngagementError):
    """Somebody else was first."""

    status = 409


class TooLarge(EngagementError):
    """A limit on size was passed before any work was done."""

    status = 413


class Unsupported(EngagementError):
    """The body has a content type we do not read."""

    status = 415


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: its form name, a stable code, and the figures its sentence needs."""

    field: str
    code: str
    params: Mapping[str, Param] = dataclasses.field(default_factory=dict)


class Invalid(EngagementError):
    """One or more fields are wrong; all of them are listed."""

    status = 422

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("invalid_fields")
        self.errors = tuple(errors)


class TooMany(EngagementError):
    """A quota is used up. `retry_after` is in whole seconds, at least 1."""

    status = 429

    def __init__(self, code: str, *, retry_after: int) -> None:
        super().__init__(code, retry_after=retry_after)
        self.retry_after = retry_after


class Unavailable(EngagementError):
    """The server cannot take this now. `retry_after` is in whole seconds."""

    status = 503

    def __init__(self, code: str, *, retry_after: int = 2) -> None:
        super().__init__(code, retry_after=retry_after)
        self.retry_after = retry_after


class SettingsError(EngagementError):
    """The settings cannot work; `problems` names every one of them."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("settings")
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(("The settings cannot work:", *(f"  {problem}" for problem in self.problems)))


class MountError(EngagementError):
    """Mounted or called in a way that cannot work; the message says what to do instead."""

    def __init__(self, message: str) -> None:
        super().__init__("mount")
        self.message = message

    def __str__(self) -> str:
        return self.message


class SchemaError(EngagementError):
    """The database is at another version than this release needs."""

    def __init__(self, *, found: str | None, needed: str) -> None:
        super().__init__("schema", found=found or "none", needed=needed)

    def __str__(self) -> str:
        return (
            f"The database schema is at {self.params['found']}, this release needs {self.params['needed']}. "
            "Run: engagement-widgets migrate"
        )
