"""What the templates of forms are given, and the widget in the article, which has one around its comments.

Documented like the classes of `views`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from markupsafe import Markup

from engagement_widgets.comments.fields import BODY, NOTE
from engagement_widgets.comments.views import OwnComment
from engagement_widgets.hooks import Challenge, Moderation, PageRules
from engagement_widgets.settings import ColorScheme, Settings

CLOSED_MARK = "<span hidden data-ew-closed>"
"""In the fragment of a page that the desk has closed; what readers write is escaped and never holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditForm:
    """The form that changes a comment: context `form` of `engagement/comments/edit_form.html`.

    Attributes:
        own: the comment as it stands.
        body: the text in the form: as typed, or what stands.
        prefix: of the ids.
        maximum: graphemes of a text.
        errors: field → sentence.
        problem: what is wrong with the whole, or None.
        is_changed: the comment has changed since the form was opened; the form shows what it says now.
        in_place: opened by our script at its comment: it has a button to close it.
    """

    own: OwnComment
    body: str
    prefix: str
    maximum: int = BODY.maximum
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None
    is_changed: bool = False
    in_place: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentForm:
    """The form: context `form` of `engagement/comments/form.html`.

    Attributes:
        reference: the page's signed reference, sent back with the comment.
        moderation: whether comments here are read before they show, which the form says.
        prefix: of the ids, so that a reply's form does not meet the widget's own.
        maximum: graphemes of a text.
        parent: the comment it answers, None for a comment of its own.
        parent_author: whom that is by.
        signed_in: the host's name of a signed-in reader, who types neither name nor code; None for everybody else.
        has_email: the host knows that reader's e-mail address.
        name: as typed, kept through an error.
        email: as typed.
        body: as typed.
        errors: field → sentence.
        problem: what is wrong with the whole, or None.
        challenge: the captcha that waits for its answer, None where none is asked yet.
        captcha_away: none can be had now; the form offers the way without a code.
        spared: this reader needs no captcha, because enough of their comments were approved.
        submission_key: names this sending, "" where the captcha brings one.
        in_place: opened by our script below its comment: it has a button to close it.
    """

    reference: str
    moderation: Moderation
    prefix: str = "ew-"
    maximum: int
    parent: UUID | None = None
    parent_author: str | None = None
    signed_in: str | None = None
    has_email: bool = False
    name: str = ""
    email: str = ""
    body: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None
    challenge: Challenge | None = None
    captcha_away: bool = False
    spared: bool = False
    submission_key: str = ""
    in_place: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportForm:
    """The report of a comment: context `form` of `engagement/comments/report_form.html`.

    Attributes:
        comment_id: which comment.
        reasons: value and name of each reason there is.
        chosen: the value as sent, "" before.
        text: as typed, kept through an error.
        errors: field → sentence.
        problem: what is wrong with the whole, or None.
        in_place: opened by our script below its comment: it has a button to close it.
    """

    comment_id: UUID
    reasons: tuple[tuple[str, str], ...]
    chosen: str = ""
    text: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None
    in_place: bool = False

    @property
    def prefix(self) -> str:
        """Of the ids, so that it does not meet another form on the page."""
        return f"ew-report-{self.comment_id}-"

    @property
    def maximum(self) -> int:
        """Characters of the text."""
        return NOTE.maximum


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentsWidget:
    """The block in the host's article, the same for all: context `comments` of `engagement/comments/widget.html`.

    Attributes:
        page_id: names the page in fragment addresses.
        locale: language of the fragment.
        fragment: the first page of comments, from the fragment cache.
        form: the form; None where the page takes no comments.
        scheme: whether the widget may turn dark.
        banner: what an emergency hold tells the readers, or "".
    """

    page_id: UUID
    locale: str
    fragment: Markup
    form: CommentForm | None
    scheme: ColorScheme
    banner: str = ""


def comment_form(reference: str, *, moderation: Moderation, parent: UUID | None = None) -> CommentForm:
    """An empty form whose ids are its own."""
    prefix = "ew-" if parent is None else f"ew-{parent}-"
    return CommentForm(reference=reference, moderation=moderation, parent=parent, prefix=prefix, maximum=BODY.maximum)


def comments_widget(
    settings: Settings,
    *,
    page_id: UUID,
    fragment: Markup,
    reference: str,
    locale: str,
    rules: PageRules,
    banner: str = "",
) -> CommentsWidget:
    """The widget for one article, under the page's rules at this moment."""
    is_open = rules.comments_open and CLOSED_MARK not in fragment
    return CommentsWidget(
        page_id=page_id,
        locale=locale,
        fragment=fragment,
        form=comment_form(reference, moderation=rules.moderation) if is_open else None,
        scheme=settings.color_scheme,
        banner=banner,
    )
