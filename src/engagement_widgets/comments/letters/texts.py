"""What letters say. One structure for both parts of a letter, so that the plain text and the HTML never differ."""

from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

import regex

from engagement_widgets.comments.display import name_text, neutralise
from engagement_widgets.comments.letters.addresses import UNCONFIRMED_LIFE, address_hash
from engagement_widgets.comments.letters.due import Notice
from engagement_widgets.comments.letters.tokens import LetterToken, sign_token
from engagement_widgets.comments.states import Status
from engagement_widgets.comments.views import ANCHOR
from engagement_widgets.web.context import Context
from engagement_widgets.web.i18n import N_, Translator, translator
from engagement_widgets.web.negotiation import known_locale

QUOTE_LENGTH = 300
SUBJECT_LENGTH = 100

GREETING = N_("Kính gửi bạn đọc %(name)s,")
GREETING_UNKNOWN = N_("Kính gửi bạn đọc,")
SUBJECT_CONFIRM = N_("Xác nhận nhận thư từ %(site)s")
ASKED = N_(
    "Địa chỉ email này vừa được điền khi gửi một bình luận ở bài “%(title)s” trên %(site)s. "
    "Nếu đúng là bình luận của mình, vui lòng xác nhận để nhận thư khi bình luận được duyệt hoặc có trả lời."
)
NOT_MINE = N_(
    "Nếu không gửi bình luận nào thì không cần làm gì: sau %(days)s ngày địa chỉ này được quên, "
    "và không có thư nào khác được gửi tới."
)
SUBJECT_APPROVED = N_("Bình luận đã được đăng: %(title)s")
APPROVED = N_("Bình luận ở bài “%(title)s” đã được duyệt và đăng.")
SUBJECT_REJECTED = N_("Bình luận chưa được đăng: %(title)s")
REJECTED = N_("Bình luận ở bài “%(title)s” chưa được đăng.")
REASON = N_("Lý do: %(note)s")
SUBJECT_REPLY = N_("Có trả lời cho bình luận ở bài: %(title)s")
REPLIED = N_("%(author)s đã trả lời bình luận ở bài “%(title)s”:")
LINK_CONFIRM = N_("Xác nhận nhận thư")
LINK_COMMENT = N_("Xem bình luận")
LINK_RECEIPT = N_("Xem biên nhận (trên trình duyệt đã gửi, trong 30 ngày)")
LINK_REPLY = N_("Xem trả lời")
LINK_ARTICLE = N_("Mở bài viết")
WHY = N_("Thư tự động của %(site)s, gửi tới địa chỉ đã điền cùng bình luận. Ngừng nhận thư:")
LINK_STOP = N_("Chọn cách ngừng nhận thư")

_GRAPHEME = regex.compile(r"\X")
_CONTROL = regex.compile(r"[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterLink:
    """A link of a letter: what it is called and where it leads, absolute."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter: context `letter` of `engagement/comments/letter.html`; its plain text is made of the same.

    Attributes:
        address: to whom.
        locale: its language.
        subject: one line.
        greeting: the first line.
        before: sentences before the quote.
        quote: the first lines of a comment, or "".
        after: sentences after it.
        links: what can be opened, the most useful first.
        why: why it was sent, and that it can be stopped.
        stop: where it is stopped; None for a letter that was asked for.
        unsubscribe: where one click, or a mail provider, stops all letters; "" likewise.
    """

    address: str
    locale: str
    subject: str
    greeting: str
    before: tuple[str, ...]
    quote: str
    after: tuple[str, ...]
    links: tuple[LetterLink, ...]
    why: str
    stop: LetterLink | None = None
    unsubscribe: str = ""

    @property
    def text(self) -> str:
        """The letter as plain text."""
        quoted = "\n".join(f"> {line}" for line in self.quote.splitlines())
        links = [f"{link.label}:\n{link.url}" for link in self.links]
        stop = self.why if self.stop is None else f"{self.why}\n{self.stop.url}"
        parts = [self.greeting, *self.before, quoted, *self.after, *links, f"-- \n{stop}"]
        return "\n\n".join(part for part in parts if part) + "\n"


def one_line(text: str, length: int) -> str:
    """A text as a header may carry it: one line without control and format characters, cut to so many characters."""
    plain = " ".join(_CONTROL.sub(" ", text).split())
    return _cut(plain, length)


def first_lines(text: str) -> str:
    """The beginning of a comment as a letter quotes it."""
    return _cut(neutralise(text).strip(), QUOTE_LENGTH)


def confirmation_letter(ctx: Context, notice: Notice) -> Letter:
    """The letter that asks for consent. It repeats nothing that its cause typed: anybody can type any address."""
    words = _Words(ctx, notice)
    days = UNCONFIRMED_LIFE.days
    return words.letter(
        subject=words.say(SUBJECT_CONFIRM, site=words.site),
        greeting=words.say(GREETING_UNKNOWN),
        before=(words.say(ASKED, title=words.title, site=words.site),),
        after=(words.say(NOT_MINE, days=days),),
        links=((LINK_CONFIRM, words.choices),),
    )


def decision_letter(ctx: Context, notice: Notice) -> Letter:
    """The letter about a decision, with the moderator's reason."""
    words = _Words(ctx, notice)
    is_approved = notice.status is Status.APPROVED
    links = (LINK_COMMENT, words.url(f"/c/{notice.comment_id}")), (LINK_ARTICLE, words.article)
    receipt = (LINK_RECEIPT, words.url(f"/receipts/{notice.comment_id}")), (LINK_ARTICLE, words.article)
    note = "" if is_approved or not notice.note else words.say(REASON, note=neutralise(notice.note))
    return words.letter(
        subject=words.say(SUBJECT_APPROVED if is_approved else SUBJECT_REJECTED, title=words.title),
        greeting=words.greeting,
        before=(words.say(APPROVED if is_approved else REJECTED, title=words.title), note),
        quote=first_lines(notice.body),
        links=links if is_approved else receipt,
    )


def reply_letter(ctx: Context, notice: Notice) -> Letter:
    """The letter about a reply, and how many came beside it."""
    words = _Words(ctx, notice)
    others = words.words.ngettext("Và %(count)s trả lời khác.", "Và %(count)s trả lời khác.", notice.others)
    return words.letter(
        subject=words.say(SUBJECT_REPLY, title=words.title),
        greeting=words.greeting,
        before=(words.say(REPLIED, author=one_line(name_text(notice.reply_name), 60), title=words.title),),
        quote=first_lines(notice.body),
        after=(others % {"count": notice.others},) if notice.others else (),
        links=((LINK_REPLY, words.url(f"/c/{notice.reply_id}")), (LINK_ARTICLE, words.article)),
    )


def site_name(ctx: Context) -> str:
    """What the site is called in letters: its name, else its host."""
    return ctx.settings.site_name or urlsplit(ctx.settings.public_url or "").hostname or ctx.settings.site


class _Words:
    """The sentences of one letter in its language, and the addresses its links lead to."""

    def __init__(self, ctx: Context, notice: Notice) -> None:
        self._ctx = ctx
        self._notice = notice
        self.locale = known_locale(notice.page_locale, ctx.settings.locale)
        self.words: Translator = translator(self.locale)
        self.site = site_name(ctx)
        self.title = one_line(notice.page_title, SUBJECT_LENGTH)
        self.greeting = self.say(GREETING, name=one_line(name_text(notice.name), 60))
        token = LetterToken(address_hash=address_hash(notice.address), comment_id=notice.comment_id, locale=self.locale)
        self.choices = self.url(f"/letters/{sign_token(ctx.secrets, token)}")

    @property
    def article(self) -> str:
        """The article at its comments, as an address that works in a letter."""
        base = self._ctx.settings.public_url or ""
        return quote(urljoin(base, self._notice.page_url.partition("#")[0] + ANCHOR), safe=_URL_SAFE)

    def say(self, message: str, **params: object) -> str:
        return self.words.gettext(message) % params

    def url(self, path: str) -> str:
        return self._ctx.urls.absolute(path) or ""

    def letter(
        self,
        *,
        subject: str,
        greeting: str,
        before: tuple[str, ...],
        links: tuple[tuple[str, str], ...],
        quote: str = "",
        after: tuple[str, ...] = (),
    ) -> Letter:
        return Letter(
            address=self._notice.address,
            locale=self.locale,
            subject=one_line(subject, SUBJECT_LENGTH + 60),
            greeting=greeting,
            before=tuple(filter(None, before)),
            quote=quote,
            after=after,
            links=tuple(LetterLink(label=self.say(label), url=url) for label, url in links),
            why=self.say(WHY, site=self.site),
            stop=LetterLink(label=self.say(LINK_STOP), url=self.choices),
            unsubscribe=f"{self.choices}/unsubscribe",
        )


_URL_SAFE = "%/:?#[]@!$&'()*+,;=~-._"


def _cut(text: str, length: int) -> str:
    letters = _GRAPHEME.findall(text[: length * 20])
    return text if len(letters) <= length and len(text) <= length * 20 else "".join(letters[:length]).rstrip() + "…"
