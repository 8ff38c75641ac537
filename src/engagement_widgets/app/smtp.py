"""Handing a message to the mail server that the settings name."""

import re
import smtplib
import ssl
from contextlib import suppress
from datetime import datetime, timedelta
from email.message import EmailMessage

from engagement_widgets.hooks import Clock
from engagement_widgets.mail_address import MailSecurity, MailServer

TIMEOUT = 10.0
"""Seconds that each answer of the server may take."""

FOR_GOOD = 500
"""From here on an answer of the server says that asking again is of no use (RFC 5321, 4.2.1)."""

PAUSE = timedelta(seconds=30)
"""A server that could not be reached is left alone for so long: other events of the outbox do not wait behind it."""

_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


class MailError(Exception):
    """A letter was not taken. The text holds codes of the server, never an address or a password."""


class MailAway(MailError):
    """It can be tried again: the server is away, is busy, or does not let us in."""


class MailRefused(MailError):
    """It would be refused for good (5xx)."""


class Smtp:
    """Sends messages, one connection each. Safe from every thread.

    Args:
        server: where to.
        name: what we call ourselves in greeting it: the sender's domain.
        clock: tells when a server that was away is asked again.
    """

    def __init__(self, server: MailServer, name: str, clock: Clock) -> None:
        self._server = server
        self._name = name
        self._clock = clock
        self._away_until: datetime | None = None

    def send(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        """Hand over one message for one recipient.

        Raises:
            MailAway: try again later.
            MailRefused: this letter is never taken.
        """
        if self._away_until is not None and self._clock.now() < self._away_until:
            raise MailAway("the server was away a moment ago")
        connection = self._open()
        try:
            connection.send_message(message, sender, [recipient])
        except smtplib.SMTPRecipientsRefused as error:
            raise _judged(*error.recipients[recipient]) from None
        except smtplib.SMTPSenderRefused as error:  # the site's own address: its operator's to put right
            raise MailAway(f"sender {_codes(error.smtp_code, error.smtp_error)}") from None
        except smtplib.SMTPResponseException as error:
            raise _judged(error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPNotSupportedError:
            raise MailRefused("the server takes no address in other letters than ASCII") from None
        except (OSError, smtplib.SMTPException) as error:
            raise MailAway(_why(error)) from None
        finally:
            _leave(connection)

    def check(self) -> None:
        """Connect and sign in, as for a letter.

        Raises:
            MailAway: it cannot be done; says why.
        """
        _leave(self._open())

    def _open(self) -> smtplib.SMTP:
        try:
            connection = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            self._away_until = self._clock.now() + PAUSE
            raise MailAway(_why(error)) from None
        try:
            self._sign_in(connection)
        except (OSError, smtplib.SMTPException) as error:
            connection.close()
            self._away_until = self._clock.now() + PAUSE
            raise MailAway(_why(error)) from None
        return connection

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.security is MailSecurity.TLS:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(server.host, server.port, self._name, timeout=TIMEOUT, context=context)
        return smtplib.SMTP(server.host, server.port, self._name, timeout=TIMEOUT)

    def _sign_in(self, connection: smtplib.SMTP) -> None:
        if self._server.security is MailSecurity.STARTTLS:
            connection.starttls(context=ssl.create_default_context())
        if self._server.user is not None:
            connection.login(self._server.user, self._server.password)


def _leave(connection: smtplib.SMTP) -> None:
    """Say goodbye. A letter that was taken stays taken, whatever the answer."""
    with suppress(OSError, smtplib.SMTPException):
        connection.quit()
    connection.close()


def _judged(code: int, said: bytes | str) -> MailError:
    kind = MailRefused if code >= FOR_GOOD else MailAway
    return kind(_codes(code, said))


def _codes(code: int, said: bytes | str) -> str:
    """The codes alone: the words of a server may repeat the address."""
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    found = _ENHANCED.match(text)
    return f"{code} {found[0]}" if found else str(code)


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {_codes(error.smtp_code, error.smtp_error)}"
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__}: {error.strerror}"
    return type(error).__name__
