"""Emergency holds (*tạm giữ toàn bộ*) of the site, a section or a page. An end is compared when a comment comes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, delete, select

from engagement_widgets.comments.rules.tables import AUTO, emergencies
from engagement_widgets.errors import FieldError, Invalid, NotFound
from engagement_widgets.hooks import DeskUser, Page
from engagement_widgets.journal.reach import require_section, require_whole_site
from engagement_widgets.journal.service import Record, record
from engagement_widgets.pages.service import find_page
from engagement_widgets.storage.units import Tx
from engagement_widgets.storage.upserts import Upsert

TOPIC: Final = "comment_emergencies"
LONGEST: Final = timedelta(days=30)
"""A hold that is meant to stay is the page's moderation."""


class Scope(StrEnum):
    """What is held: everything, a section, or a page."""

    SITE = "site"
    SECTION = "section"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAll:
    """A hold to begin; one that stands for the same scope and target is replaced.

    Attributes:
        scope: what kind of thing is held.
        target: a section's name or a page's id; "" for the site.
        until: when it ends by itself, aware.
        reason: for colleagues.
        banner: what readers are told above the form, "" for nothing.
        actor: who holds.
    """

    scope: Scope
    target: str
    until: datetime
    reason: str
    banner: str
    actor: DeskUser


@dataclass(frozen=True, slots=True, kw_only=True)
class EndHold:
    """A hold to end now: one that was set by hand, or the `automatic` one of the brake."""

    scope: Scope
    target: str
    actor: DeskUser
    automatic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """A hold as it stands. `automatic`: the brake set it, for what its `figures` tell (see `brake.Pull`)."""

    scope: Scope
    target: str
    until: datetime
    reason: str
    banner: str
    set_at: datetime
    set_by: str
    automatic: bool = False
    figures: Mapping[str, Any] | None = None

    def covers(self, page: Page, page_id: UUID, now: datetime) -> bool:
        """Whether it holds this page's comments at this moment."""
        targets = {Scope.SITE: "", Scope.SECTION: page.section, Scope.PAGE: str(page_id)}
        return now < self.until and self.target == targets[self.scope]


_ALL = (
    select(emergencies)
    .where(emergencies.c.site_id == bindparam("site"))
    .order_by(emergencies.c.set_at.desc(), emergencies.c.subject)
)
_ONE = select(emergencies).where(
    emergencies.c.site_id == bindparam("site"), emergencies.c.subject == bindparam("subject")
)
_DROP = delete(emergencies).where(
    emergencies.c.site_id == bindparam("site"), emergencies.c.subject == bindparam("subject")
)
_STORE = Upsert(
    lambda insert: (row := insert(emergencies)).on_conflict_do_update(
        index_elements=["site_id", "subject"],
        set_={name: row.excluded[name] for name in ("until", "reason", "banner", "set_at", "set_by")},
    )
)


def list_emergencies(tx: Tx, viewer: DeskUser | None = None) -> tuple[Emergency, ...]:
    """Every hold, newest first, those included whose end has come: they hold nothing any more.

    A viewer who is limited to sections sees the site's holds and those of their sections and pages.
    """
    found = map(_emergency, tx.execute(_ALL, {"site": tx.site}).mappings())
    return tuple(hold for hold in found if viewer is None or _is_seen(tx, hold, viewer))


def _is_seen(tx: Tx, hold: Emergency, viewer: DeskUser) -> bool:
    return hold.scope is Scope.SITE or viewer.covers(_section_of(tx, hold.scope, hold.target) or "")


def hold_all(tx: Tx, command: HoldAll) -> Emergency:
    """Begin a hold, or change the one that stands.

    Raises:
        Invalid: `not_future`, `hold_too_long` {days} of `until`; `required` of `target`.
        Refused: `section_required`, of what is held.
    """
    if command.until <= tx.now:
        raise Invalid([FieldError("until", "not_future")])
    if command.until > tx.now + LONGEST:
        raise Invalid([FieldError("until", "hold_too_long", {"days": LONGEST.days})])
    subject = subject_of(command.scope, command.target)
    section = _reached(tx, command.actor, command.scope, command.target)
    before = _find(tx, subject)
    row = {
        "site_id": tx.site,
        "subject": subject,
        "until": command.until,
        "reason": command.reason,
        "banner": command.banner,
        "set_at": tx.now,
        "set_by": command.actor.name[:255],
    }
    tx.execute(_STORE[tx.dialect], row)
    _write_down(tx, command.actor, "emergency.set", subject, before, section)
    return _emergency(row)


def end_hold(tx: Tx, command: EndHold) -> None:
    """End a hold before its time.

    Raises:
        NotFound: `unknown_hold`.
        Refused: `section_required`, of what is held.
    """
    subject = subject_of(command.scope, command.target)
    section = _reached(tx, command.actor, command.scope, command.target)
    subject = f"{AUTO}{subject}" if command.automatic else subject
    before = _find(tx, subject)
    if before is None:
        raise NotFound("unknown_hold")
    tx.execute(_DROP, {"site": tx.site, "subject": subject})
    _write_down(tx, command.actor, "emergency.ended", subject, before, section)


def subject_of(scope: Scope, target: str) -> str:
    """How the table names what is held.

    Raises:
        Invalid: `required`, `invalid_id` of `target`.
    """
    if scope is Scope.SITE:
        return scope.value
    if not target:
        raise Invalid([FieldError("target", "required")])
    if scope is Scope.PAGE:
        try:
            target = str(UUID(target))
        except ValueError:
            raise Invalid([FieldError("target", "invalid_id")]) from None
    return f"{scope.value}:{target}"


def _reached(tx: Tx, actor: DeskUser, scope: Scope, target: str) -> str | None:
    """The section of what is held, for somebody who looks after it; None for the whole site."""
    section = _section_of(tx, scope, target)
    if section is None:
        require_whole_site(actor)
    else:
        require_section(actor, section)
    return section


def _section_of(tx: Tx, scope: Scope, target: str) -> str | None:
    if scope is Scope.SECTION:
        return target
    page = find_page(tx, UUID(target)) if scope is Scope.PAGE else None
    return None if page is None else page.page.section


def _find(tx: Tx, subject: str) -> RowMapping | None:
    return tx.execute(_ONE, {"site": tx.site, "subject": subject}).mappings().first()


def _write_down(
    tx: Tx, actor: DeskUser, action: str, subject: str, before: RowMapping | None, section: str | None
) -> None:
    after = _find(tx, subject)
    tx.touch(TOPIC)
    deed = Record(
        actor=actor,
        action=action,
        subject_kind="emergency",
        subject_id=subject[:64],
        before=None if before is None else _told(before),
        after=None if after is None else _told(after),
        why=None if after is None else after["reason"] or None,
        section=section,
    )
    record(tx, deed)


def _told(row: RowMapping) -> dict[str, Any]:
    return {"subject": row["subject"], "until": row["until"].isoformat(), "banner": row["banner"]}


def _emergency(row: Any) -> Emergency:  # noqa: ANN401  (a row, or what was written into one)
    subject = row["subject"]
    scope, _, target = subject.removeprefix(AUTO).partition(":")
    return Emergency(
        scope=Scope(scope),
        target=target,
        until=row["until"],
        reason=row["reason"],
        banner=row["banner"],
        set_at=row["set_at"],
        set_by=row["set_by"],
        automatic=subject.startswith(AUTO),
        figures=row.get("figures"),
    )
