"""The address in a letter that proves its reader reads that mailbox. It never expires: one may always say stop."""

from dataclasses import dataclass
from uuid import UUID

from engagement_widgets.comments.letters.addresses import Subscription
from engagement_widgets.errors import NotFound, Refused
from engagement_widgets.kernel.signing import Secrets

_PURPOSE = "letters"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterToken:
    """What a letter's address carries: whose mailbox, by its hash, which comment, and the letter's language."""

    address_hash: str
    comment_id: UUID
    locale: str

    @property
    def subscription(self) -> Subscription:
        """The address and the comment."""
        return Subscription(address_hash=self.address_hash, comment_id=self.comment_id)


def sign_token(secrets: Secrets, token: LetterToken) -> str:
    """The token as a part of an address."""
    return secrets.sign(_PURPOSE, [token.address_hash, token.comment_id.hex, token.locale])


def read_token(secrets: Secrets, raw: str) -> LetterToken:
    """The token that was signed.

    Raises:
        NotFound: `unknown_letter`, for anything else, such as an address that a mail program cut.
    """
    try:
        hashed, comment, locale = secrets.unsign(_PURPOSE, raw)
        return LetterToken(address_hash=hashed, comment_id=UUID(hex=comment), locale=locale)
    except (Refused, ValueError, TypeError):
        raise NotFound("unknown_letter") from None
