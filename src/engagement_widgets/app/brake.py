"""What the brake and the captcha know of each other: a brake makes pictures harder, wrong codes pull it."""

from typing import Final
from uuid import UUID

from engagement_widgets.captcha.failures import wrong_rates
from engagement_widgets.comments.brake import pull, pull_for
from engagement_widgets.comments.emergencies import TOPIC, Scope, list_emergencies
from engagement_widgets.comments.rules.case import Rates
from engagement_widgets.hooks import Clock
from engagement_widgets.storage.units import Storage

LEAST: Final = 60
"""Wrong codes in ten minutes below which they are no wave."""

FACTOR: Final = 5
"""So many times the mean of the fifty minutes before make them one."""


class CaptchaBrake:
    """Handed to the library's own captcha where the setting `brake` is on."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    async def steps(self, page_id: UUID, /) -> int:
        """By how many levels the brake makes a page's pictures harder: 0 or 1. It is asked of memory."""
        now, targets = self._clock.now(), {"", str(page_id)}
        await self._storage.poll()  # another process may have pulled it
        holds = await self._storage.recall(list_emergencies, TOPIC)
        return int(any(hold.automatic and now < hold.until and hold.target in targets for hold in holds))

    async def failed(self) -> None:
        """Pull the brake for the site where more codes are wrong than usual; asked after some of the wrong ones."""
        found = await self._storage.read(wrong_rates, None)
        if found.count < LEAST or found.count <= found.usual * FACTOR:
            return
        rates = Rates(count=found.count, usual=found.usual, minutes=found.minutes)
        await self._storage.write(pull, pull_for(Scope.SITE, "", rates, cause="captcha"))
