"""A real mail server on this machine, and what it was given."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from serving import free_port

_SELF_SIGNED = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
_SELF_SIGNED += ["-addext", "subjectAltName=IP:127.0.0.1"]
USER, PASSWORD = "toa-soan", "mat khau: 100%?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One message as the server was handed it."""

    sender: str
    recipients: list[str]
    message: EmailMessage
    user: bytes | None


@dataclass
class Mailbox:
    """Takes letters, or answers what it is told to: `refusals` to recipients, `data_refusals` to messages, in turn."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    data_refusals: list[str] = field(default_factory=list)
    asked: int = 0
    arrived: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """The server as a setting, without TLS."""
        return f"smtp://127.0.0.1:{self.port}?tls=none"

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or refuse it."""
        del server, session, options
        self.asked += 1
        if self.refusals:
            return self.refusals.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message, or refuse it."""
        del server
        if self.data_refusals:
            return self.data_refusals.pop(0)
        content = envelope.original_content or b""
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        user = session.auth_data.login if isinstance(session.auth_data, LoginPassword) else None
        self.received.append(
            Received(sender=str(envelope.mail_from), recipients=list(envelope.rcpt_tos), message=message, user=user)
        )
        self.arrived.set()
        return "250 OK"

    def texts(self) -> list[str]:
        """The plain text of what came, oldest first."""
        return [text_of(one.message) for one in self.received]


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    """One part of a message."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@contextmanager
def open_mailbox(port: int = 0, **options: Any) -> Iterator[Mailbox]:
    """A server on 127.0.0.1 for as long as the block runs."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=port or free_port(), enable_SMTPUTF8=True, **options)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()


@contextmanager
def open_guarded_mailbox(folder: Path, *, implicit: bool = False) -> Iterator[tuple[Mailbox, Path]]:
    """A server that takes letters only over TLS, and the certificate to trust; over STARTTLS from `USER` alone."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [*_SELF_SIGNED, "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    guarded: dict[str, Any] = {"require_starttls": True, "authenticator": _knows, "auth_required": True}
    with open_mailbox(**({"ssl_context": context} if implicit else {"tls_context": context, **guarded})) as box:
        yield box, certificate


def _knows(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    del server, session, envelope, mechanism
    is_known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_known, auth_data=data)
