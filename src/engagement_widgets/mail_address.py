"""Where letters are handed over and who they are from, as two settings say."""

from dataclasses import dataclass, field
from email.headerregistry import Address
from email.policy import SMTP
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit


class MailSecurity(StrEnum):
    """How the way to the mail server is protected: from the first byte, from the first command on, or not."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where letters are handed over, as `smtp_url` says. Without `user` nobody signs in."""

    host: str
    port: int
    security: MailSecurity
    user: str | None
    password: str = field(repr=False)


def parse_mail_server(url: str) -> MailServer:
    """Read `smtp_url`.

    Raises:
        ValueError: what is wrong with it, without a part of it.
    """
    wrong = "write smtp://user:password@host:587 or smtps://user:password@host:465"
    try:
        parts = urlsplit(url)
        port, query = parts.port, parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise ValueError(wrong) from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError(wrong)
    tls = query.pop("tls", ["starttls"])[-1]
    if query or tls not in {"starttls", "none"} or (parts.scheme == "smtps" and parts.query):
        raise ValueError("the only thing after the question mark is tls=starttls or tls=none, of smtp://")
    security = MailSecurity.TLS if parts.scheme == "smtps" else MailSecurity(tls)
    user = unquote(parts.username) if parts.username else None
    if user and security is MailSecurity.NONE:
        raise ValueError("a password does not travel without TLS: leave tls=none out, or the user")
    password = unquote(parts.password or "")
    if not f"{user}{password}".isascii():
        raise ValueError("Python signs in with ASCII alone: choose another password")
    usual = {MailSecurity.TLS: 465, MailSecurity.STARTTLS: 587, MailSecurity.NONE: 25}
    return MailServer(
        host=parts.hostname,
        port=port or usual[security],
        security=security,
        user=user,
        password=password,
    )


def parse_sender(value: str) -> Address:
    """Read `mail_from`.

    Raises:
        ValueError: it is not exactly one address.
    """
    try:
        found = SMTP.header_factory("From", value)
        addresses: tuple[Address, ...] = found.addresses
    except (ValueError, IndexError):
        addresses = ()
    if len(addresses) != 1 or not addresses[0].domain or not addresses[0].addr_spec.isascii() or "\n" in value:
        raise ValueError("write one address, such as Báo Vịnh Sao <binh-luan@bao.example>")
    return addresses[0]
