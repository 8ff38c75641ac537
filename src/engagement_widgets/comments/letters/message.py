"""A letter as a message: exactly these headers, one recipient, plain text and HTML."""

from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from engagement_widgets.comments.letters.texts import Letter


class _UnfoldedHeader(UnstructuredHeader):
    """A header of one long word. The library would break such a word by encoding it, which no mail program undoes."""

    name: str

    def fold(self, *, policy: "EmailPolicy[Any]") -> str:
        """The header on one line."""
        return f"{self.name}: {self}{policy.linesep}"


class _TextHeader(UnstructuredHeader):
    """A header in words, encoded whole: the library's own folding drops a blank between two words that it encodes.

    What looks like an encoded word is text that somebody typed, and stays so.
    """

    name: str

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        """Take the text as it is."""
        super().parse("", kwds)
        kwds["decoded"] = value

    def fold(self, *, policy: "EmailPolicy[Any]") -> str:
        """The header on as many lines as it needs."""
        text = str(self)
        charset = "us-ascii" if text.isascii() and "=?" not in text else "utf-8"
        encoded = Header(text, charset, header_name=self.name).encode(linesep=policy.linesep)
        return f"{self.name}: {encoded}{policy.linesep}"


_headers = HeaderRegistry()
for _name, _kind in (("list-unsubscribe", _UnfoldedHeader), ("message-id", _UnfoldedHeader), ("subject", _TextHeader)):
    _headers.map_to_type(_name, _kind)  # type: ignore[arg-type]  # the registry adds the base itself
_POLICY = SMTP.clone(header_factory=_headers, cte_type="7bit")  # not every server takes eight


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a message carries beside its letter: who it is from, its own id and the moment."""

    sender: Address
    id: UUID
    at: datetime


def compose(letter: Letter, html: str, envelope: Envelope) -> EmailMessage:
    """The message.

    Its id is the event's, so that a letter sent twice, after a process died before it noted so, is known as one.

    Raises:
        ValueError: the address cannot stand in a header.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = envelope.sender
    message["To"] = _recipient(letter.address)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(envelope.at)
    message["Message-ID"] = f"<{envelope.id}@{envelope.sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text)
    message.add_alternative(html, subtype="html")
    return message


def _recipient(address: str) -> Address:
    """One address and no name.

    Raises:
        ValueError: it is none.
    """
    local, _, domain = address.rpartition("@")
    found = Address(username=local, domain=domain)
    if found.addr_spec != address or any(char.isspace() or not char.isprintable() for char in address):
        raise ValueError("no address for a header")
    return found
