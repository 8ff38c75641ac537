"""The parts of one mounted instance."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from engagement_widgets.hooks import Authorizer, CaptchaProvider, Clock, Identity, Layout, PagePolicy, SpamChecker
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.settings import Settings
from engagement_widgets.storage.units import Storage
from engagement_widgets.web.assets import Assets
from engagement_widgets.web.fragments import FragmentServer
from engagement_widgets.web.templating import Templates
from engagement_widgets.web.throttle import Throttle
from engagement_widgets.web.urls import Urls

Spares = Callable[[str], Awaitable[bool]]
"""Whether a reader, as rows name them, needs no captcha for a comment."""


async def spare_nobody(reader: str, /) -> bool:
    """Everybody is asked."""
    del reader
    return False


ShownPage = Callable[[UUID], UUID]
"""The page that an id stands for; raises `NotFound("page_withdrawn")`."""


def itself(page_id: UUID, /) -> UUID:
    """Every id is its own page."""
    return page_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Handed to every route; made once at boot."""

    settings: Settings
    clock: Clock
    storage: Storage
    secrets: Secrets
    urls: Urls
    templates: Templates
    fragments: FragmentServer
    assets: Assets
    throttle: Throttle
    identity: Identity
    policy: PagePolicy
    layout: Layout
    captcha: CaptchaProvider
    authorizer: Authorizer | None
    spares: Spares = spare_nobody
    spam_checkers: tuple[SpamChecker, ...] = ()
    shown_page: ShownPage = itself

    def today(self) -> date:
        """The day it is in the site's zone."""
        return self.clock.now().astimezone(self.settings.zone).date()
