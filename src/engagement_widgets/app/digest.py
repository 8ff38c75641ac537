"""The digest: what waits at the desk, by mail to those who decide, at set hours; with ways in, and no decision by mail.

Moderators and admins whose accounts have an address are told of their sections, the addresses of `alerts_to` of all.
Where nothing waits for somebody, nothing is sent to them.
"""

from collections.abc import Collection, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from engagement_widgets.comments.cases.reading import CasesQuery, list_cases
from engagement_widgets.comments.cases.states import CaseStatus
from engagement_widgets.comments.letters.texts import Letter, LetterLink, one_line, site_name
from engagement_widgets.comments.waiting import Waiting, waiting_by_section
from engagement_widgets.desk.accounts import list_accounts
from engagement_widgets.desk.words import rough_span
from engagement_widgets.events import DigestDue
from engagement_widgets.hooks import DeskUser, Role
from engagement_widgets.storage import measures
from engagement_widgets.storage.outbox import Chore
from engagement_widgets.storage.units import Tx
from engagement_widgets.web.context import Context
from engagement_widgets.web.i18n import N_, Translator, translator

SENT: Final = "digest"
"""The measure that tells in which hours a digest went out."""

SUBJECT: Final = N_("%(site)s: %(count)s bình luận chờ duyệt")
SECTION: Final = N_("%(section)s: %(count)s, cũ nhất chờ %(span)s")
NO_SECTION: Final = N_("Không có chuyên mục")
OPEN_QUEUE: Final = N_("Mở hàng đợi")
OPEN_CASES: Final = N_("Mở hồ sơ khiếu nại")
TO_PERSON: Final = N_("Kính gửi %(name)s,")
TO_DESK: Final = N_("Kính gửi bàn duyệt %(site)s,")
WHY: Final = N_("Thư tóm tắt của bàn duyệt %(site)s. Không duyệt được bằng cách trả lời thư này.")
_MOST_CASES: Final = 100


def digesting(zone: ZoneInfo, hours: Sequence[int]) -> tuple[Chore, ...]:
    """The chore that calls for a digest, once in each of these hours of the zone's day; none without hours."""

    def call_for_digest(tx: Tx, command: None = None) -> None:
        del command
        if tx.now.astimezone(zone).hour in hours and not measures.is_kept(tx, SENT):
            measures.keep(tx, SENT, {"": 1})
            tx.emit(DigestDue(**tx.event_fields()))

    return (call_for_digest,) if hours else ()


def digest_letters(ctx: Context) -> tuple[Letter, ...]:
    """A letter for everybody for whom something waits, as it stands at the moment of sending."""
    waiting = ctx.storage.read_sync(waiting_by_section, None)
    letters = (_letter(ctx, address, person, waiting) for address, person in _readers(ctx).items())
    return tuple(letter for letter in letters if letter is not None)


def _readers(ctx: Context) -> dict[str, DeskUser | None]:
    """Each address once; None where it is nobody's in particular."""
    people = ctx.storage.read_sync(list_accounts, None) if ctx.authorizer is None else ()
    theirs = {
        person.email: person.user
        for person in people
        if person.email and person.disabled_at is None and person.role is not Role.EDITOR
    }
    return {**dict.fromkeys(ctx.settings.alerts_to), **theirs}


def _letter(ctx: Context, address: str, person: DeskUser | None, waiting: dict[str, Waiting]) -> Letter | None:
    mine = {name: one for name, one in waiting.items() if person is None or person.covers(name)}
    query = CasesQuery(status=CaseStatus.OPEN, size=_MOST_CASES, viewer=person)
    cases = len(ctx.storage.read_sync(list_cases, query).cases)
    if not mine and not cases:
        return None
    words, site = translator(ctx.settings.locale), site_name(ctx)
    count = sum(one.count for one in mine.values())
    greeting = words.gettext(TO_DESK) % {"site": site}
    if person is not None:
        greeting = words.gettext(TO_PERSON) % {"name": one_line(person.name, 60)}
    return Letter(
        address=address,
        locale=ctx.settings.locale,
        subject=one_line(words.gettext(SUBJECT) % {"site": site, "count": count}, 200),
        greeting=greeting,
        before=(_whole(words, count), *_sections(ctx, mine), *_cases(words, cases)),
        quote="",
        after=(),
        links=_links(ctx, has_cases=cases > 0),
        why=words.gettext(WHY) % {"site": site},
    )


def _whole(words: Translator, count: int) -> str:
    said = words.ngettext("Đang có %(count)s bình luận chờ duyệt.", "Đang có %(count)s bình luận chờ duyệt.", count)
    return said % {"count": count}


def _sections(ctx: Context, waiting: dict[str, Waiting]) -> Collection[str]:
    words, now = translator(ctx.settings.locale), ctx.clock.now()
    return [
        words.gettext(SECTION)
        % {
            "section": one_line(name, 100) or words.gettext(NO_SECTION),
            "count": one.count,
            "span": rough_span(now - (one.oldest or now), ctx.settings.locale),
        }
        for name, one in sorted(waiting.items(), key=lambda item: -item[1].count)
    ]


def _cases(words: Translator, count: int) -> Collection[str]:
    said = words.ngettext("%(count)s hồ sơ khiếu nại đang mở.", "%(count)s hồ sơ khiếu nại đang mở.", count)
    return [said % {"count": count}] if count else []


def _links(ctx: Context, *, has_cases: bool) -> tuple[LetterLink, ...]:
    say = translator(ctx.settings.locale).gettext
    queue = LetterLink(label=say(OPEN_QUEUE), url=ctx.urls.public("/desk/queue"))
    cases = LetterLink(label=say(OPEN_CASES), url=ctx.urls.public("/desk/cases"))
    return (queue, cases) if has_cases else (queue,)
