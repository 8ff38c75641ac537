"""The author of a comment in words: the panel beside the queue, and the same as a page of its own."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from engagement_widgets.comments.blocks import By
from engagement_widgets.comments.display import excerpt, neutralise
from engagement_widgets.comments.states import Effect, Status
from engagement_widgets.desk.authors import AuthorQuery, PastComment, read_author
from engagement_widgets.desk.cards import state_mark
from engagement_widgets.desk.gate import Seat
from engagement_widgets.desk.recent import block_can_be_undone
from engagement_widgets.desk.screen import desk_page
from engagement_widgets.errors import Conflict, EngagementError, Invalid, Malformed
from engagement_widgets.kernel.paging import decode_cursor, encode_cursor
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.web.context import Context
from engagement_widgets.web.errors import field_messages
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.messages import sentence
from engagement_widgets.web.negotiation import desk_locale

AUTHOR: Final = "/desk/authors/{comment_id:uuid}"
TITLE: Final = N_("Lịch sử tác giả")
MARKS: Final[Mapping[By, str]] = MappingProxyType(
    {
        By.READER: N_("Trình duyệt này"),
        By.EMAIL: N_("E-mail này"),
        By.ADDRESS: N_("Địa chỉ mạng này, 30 ngày qua"),
    }
)
HOST_USER: Final = N_("Tài khoản bạn đọc này")
EFFECTS: Final[Mapping[Effect, str]] = MappingProxyType(
    {Effect.HOLD: N_("Luôn giữ lại để duyệt"), Effect.REFUSE: N_("Không nhận bình luận")}
)
DONE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "noted": N_("Đã thêm ghi chú."),
        "removed": N_("Đã xóa ghi chú."),
        "undone": N_("Đã hoàn tác việc chặn."),
        "done": N_("Đã đổi việc chặn."),
    }
)
_LIST: Final = "author"
_LINE_LENGTH: Final = 110


async def author_page(
    ctx: Context,
    request: Request,
    seat: Seat,
    *,
    typed: Mapping[str, str] | None = None,
    error: EngagementError | None = None,
) -> Response:
    """The author's history; after a refusal with its reason and what was typed.

    Raises:
        NotFound: `unknown_comment`.
        Refused: `section_required`.
        Malformed: `bad_query`, `bad_cursor`.
    """
    locale = desk_locale(request, ctx.settings)
    translate = translator(locale).gettext
    query = read_query(ctx.secrets, request.path_params["comment_id"], seat, request.query_params)
    author = await ctx.storage.read(read_author, query)
    marks = {
        by: translate(HOST_USER if by is By.READER and author.is_host_user else said) for by, said in MARKS.items()
    }
    done = request.query_params.get("done", "")
    undo_id = await _open_undo(ctx, done)
    return await desk_page(
        ctx,
        request,
        seat,
        title=translate(TITLE),
        template="engagement/desk/author.html",
        status=error.status if error else 200,
        author=author,
        marks=marks,
        effects={effect: translate(said) for effect, said in EFFECTS.items()},
        statuses=(Status.APPROVED, Status.REJECTED, Status.SPAM),
        line=line,
        state=lambda past: state_mark(past.status, translate),
        may_block=seat.user.sections is None and not author.is_staff,
        next=next_cursor(ctx.secrets, query, author.next),
        errors=field_messages(error, locale) if isinstance(error, Invalid) else {},
        problem=sentence(error.code, error.params, locale) if isinstance(error, Conflict) else "",
        typed=typed or {},
        said=translate(DONE["done"] if undo_id else DONE[done]) if undo_id or done in DONE else "",
        undo_id=undo_id,
    )


def line(past: PastComment) -> str:
    """The first words of a comment."""
    return excerpt(neutralise(past.body), _LINE_LENGTH)


def read_query(secrets: Secrets, comment_id: UUID, seat: Seat, asked: Mapping[str, str]) -> AuthorQuery:
    """What an address asks for with `by` and `cursor`.

    Raises:
        Malformed: `bad_query`, `bad_cursor`.
    """
    try:
        by = By(asked.get("by", By.READER))
    except ValueError:
        raise Malformed("bad_query") from None
    before = None
    if cursor := asked.get("cursor"):
        name, of, identity = decode_cursor(secrets, cursor, length=3)
        if (name, of) != (_LIST, by.value):
            raise Malformed("bad_cursor")
        before = UUID(identity)
    return AuthorQuery(comment_id=comment_id, viewer=seat.user, by=by, before=before)


def next_cursor(secrets: Secrets, query: AuthorQuery, last: UUID | None) -> str | None:
    """The cursor of the page after this one, None where there is none."""
    return None if last is None else encode_cursor(secrets, (_LIST, query.by.value, str(last)))


async def _open_undo(ctx: Context, done: str) -> UUID | None:
    try:
        undo_id = UUID(done)
    except ValueError:
        return None
    return undo_id if await ctx.storage.read(block_can_be_undone, undo_id) else None
