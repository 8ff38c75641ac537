"""A hold by hand, as the form of the desk sends it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, or_, select

from engagement_widgets.comments.emergencies import HoldAll, Scope
from engagement_widgets.comments.fields import NOTE
from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.hooks import DeskUser
from engagement_widgets.kernel.text import Fields, TextField
from engagement_widgets.pages.tables import pages
from engagement_widgets.storage.units import Tx
from engagement_widgets.web.context import Context

HOURS: Final = (1, 3, 6, 12, 24, 72)
_SECTION: Final = TextField("section", minimum=1, maximum=255, max_bytes=255)
_PAGE: Final = TextField("page", minimum=1, maximum=2000, max_bytes=4000)

_BY_ADDRESS = (
    select(pages.c.id)
    .where(
        pages.c.site_id == bindparam("site"), or_(pages.c.url == bindparam("text"), pages.c.key == bindparam("text"))
    )
    .limit(1)
)


async def hold_of(ctx: Context, values: Mapping[str, str], actor: DeskUser) -> HoldAll:
    """The hold to begin.

    Raises:
        Invalid: naming every wrong field.
    """
    fields = Fields()
    scope = fields.take("scope", _scope, values.get("scope"))
    until = fields.take("until", lambda _: _end(ctx, values), None)
    reason = fields.take("reason", _reason, values.get("reason"))
    banner = fields.take("banner", _banner, values.get("banner"))
    target: str | None = ""
    if scope is Scope.SECTION:
        target = fields.take("section", _SECTION.parse, values.get("section"))
    if scope is Scope.PAGE:
        address = fields.take("page", _PAGE.parse, values.get("page"))
        target = None if address is None else await ctx.storage.read(page_of_address, address)
        if address is not None and target is None:
            fields.take("page", _unknown, address)
    fields.check()
    return HoldAll(
        scope=scope or Scope.SITE,
        target=target or "",
        until=until or ctx.clock.now(),
        reason=reason or "",
        banner=banner or "",
        actor=actor,
    )


def page_of_address(tx: Tx, address: str) -> str | None:
    """The id of the page with this address or key, or None."""
    found: UUID | None = tx.execute(_BY_ADDRESS, {"site": tx.site, "text": address}).scalar()
    return None if found is None else str(found)


def _scope(raw: object) -> Scope:
    try:
        return Scope(str(raw))
    except ValueError:
        raise Invalid([FieldError("scope", "required")]) from None


def _end(ctx: Context, values: Mapping[str, str]) -> datetime:
    """In so many hours, or at a moment of the site's own clock."""
    at = values.get("until", "")
    if at:
        try:
            return datetime.fromisoformat(at).replace(tzinfo=ctx.settings.zone)
        except ValueError:
            raise Invalid([FieldError("until", "bad_moment")]) from None
    hours = values.get("hours", "")
    if hours not in map(str, HOURS):
        raise Invalid([FieldError("until", "required")])
    return ctx.clock.now() + timedelta(hours=int(hours))


def _reason(raw: object) -> str:
    reason = NOTE.parse(raw)
    if not reason:
        raise Invalid([FieldError("reason", "required")])
    return reason


def _banner(raw: object) -> str:
    return NOTE.parse(raw)


def _unknown(address: object) -> None:
    del address
    raise Invalid([FieldError("page", "no_such_article")])
