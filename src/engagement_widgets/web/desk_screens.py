"""What the desk gives to a slice that has screens of its own: the person, and the frame around a template."""

from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from engagement_widgets.hooks import DeskUser, Role


class DeskScreen(Protocol):
    """What the desk gives to a slice that has screens of its own."""

    async def user(self, request: Request, need: frozenset[Role], /) -> DeskUser:
        """The person at the desk.

        Raises:
            Refused: nobody is signed in, or not with one of these roles.
        """

    async def __call__(
        self,
        request: Request,
        *,
        need: frozenset[Role],
        title: str,
        template: str,
        status: int = 200,
        **context: object,
    ) -> Response:
        """The template in the desk's layout for a person with one of these roles."""
