"""From an event of the outbox to a letter on its way: what is true is asked at this moment, then it is sent."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid5

from engagement_widgets.app.desk_letters import desk_letters
from engagement_widgets.app.digest import digest_letters
from engagement_widgets.app.smtp import MailRefused, Smtp
from engagement_widgets.comments.letters.addresses import address_hash, refuse
from engagement_widgets.comments.letters.due import (
    Announcement,
    DueReply,
    announce_reply,
    due_confirmation,
    due_decision,
    due_reply,
    mark_told,
    tells_somebody,
)
from engagement_widgets.comments.letters.message import Envelope, compose
from engagement_widgets.comments.letters.texts import Letter, confirmation_letter, decision_letter, reply_letter
from engagement_widgets.desk.letters import due_invitation, invitation_letter
from engagement_widgets.events import (
    AccountInvited,
    BrakePulled,
    CaseClosed,
    CaseDue,
    CommentApproved,
    CommentDecided,
    DigestDue,
    EmailGiven,
    Event,
    ReplyPublished,
)
from engagement_widgets.settings import Settings
from engagement_widgets.web.context import Context

LETTER_LIFE = timedelta(days=3)
"""A letter that could not be sent for so long is given up: by then it tells nothing new."""

_logger = logging.getLogger(__name__)


class Postman:
    """Writes and sends the letters that events call for."""

    def __init__(self, context: Context, smtp: Smtp) -> None:
        self._context = context
        self._smtp = smtp
        self._window = timedelta(seconds=context.settings.undo_window)

    def deliver(self, event: Event) -> None:
        """Send what this event calls for, or nothing when that is no longer so.

        Raises:
            MailAway: try again.
            Later: its time has not come.
        """
        match event:
            case CommentApproved():
                self._announce(event)
            case CommentDecided() | ReplyPublished() | EmailGiven():
                self._tell(event)
            case AccountInvited():
                self._invite(event)
            case CaseClosed() | CaseDue() | BrakePulled():
                self._write(event, desk_letters(self._context, event))
            case DigestDue():
                self._write(event, digest_letters(self._context))
            case _:
                return

    def _invite(self, event: AccountInvited) -> None:
        account = self._context.storage.read_sync(due_invitation, event)
        if account is not None:
            self._send(event, invitation_letter(self._context, event, account))

    def _announce(self, event: CommentApproved) -> None:
        storage = self._context.storage
        if storage.read_sync(tells_somebody, event.comment_id):
            storage.write_sync(announce_reply, Announcement(event=event, undo_window=self._window))

    def _tell(self, event: CommentDecided | ReplyPublished | EmailGiven) -> None:
        if self._is_late(event):
            return
        letter = self._letter(event)
        if letter is None:
            return
        self._send(event, letter)
        if isinstance(event, ReplyPublished):
            self._context.storage.write_sync(mark_told, DueReply(event=event, undo_window=self._window))

    def _is_late(self, event: Event) -> bool:
        late = self._context.clock.now() > event.at + self._window + LETTER_LIFE
        if late:
            _logger.warning("letter %s was given up: it could not be sent for %s", event.id, LETTER_LIFE)
        return late

    def _write(self, event: CaseClosed | CaseDue | BrakePulled | DigestDue, letters: Sequence[Letter]) -> None:
        """To who complained, or to the newsroom's own addresses; each letter with an id of its own."""
        if not isinstance(event, CaseDue) and self._is_late(event):  # a reminder is late when its case is decided
            return
        for letter in letters:
            self._send(event, letter, uuid5(event.id, letter.address))

    def _letter(self, event: CommentDecided | ReplyPublished | EmailGiven) -> Letter | None:
        storage = self._context.storage
        if isinstance(event, EmailGiven):
            notice, write = storage.read_sync(due_confirmation, event), confirmation_letter
        elif isinstance(event, CommentDecided):
            notice, write = storage.read_sync(due_decision, event), decision_letter
        else:
            notice, write = storage.read_sync(due_reply, DueReply(event=event, undo_window=self._window)), reply_letter
        return None if notice is None else write(self._context, notice)

    def _send(self, event: Event, letter: Letter, identity: UUID | None = None) -> None:
        context = self._context
        html = context.templates.render("engagement/comments/letter.html", letter.locale, letter=letter)
        sender = context.settings.mail_sender
        try:
            message = compose(letter, html, Envelope(sender=sender, id=identity or event.id, at=context.clock.now()))
            self._smtp.send(message, sender=sender.addr_spec, recipient=letter.address)
        except (MailRefused, ValueError) as error:
            reason = error if isinstance(error, MailRefused) else "no address"
            _logger.warning("letter %s was refused (%s): nothing more is sent to its address", event.id, reason)
            context.storage.write_sync(refuse, address_hash(letter.address))


def postman(context: Context) -> Postman | None:
    """The postman of a site, or None where no mail server is set."""
    settings: Settings = context.settings
    server = settings.mail_server
    if server is None:
        return None
    return Postman(context, Smtp(server, settings.mail_sender.domain, context.clock))
