"""Authors for programs, below `/api/v1/desk`. Blocks have addresses of their own."""

from datetime import datetime
from typing import Any
from uuid import UUID

from engagement_widgets.comments.blocks import By
from engagement_widgets.comments.fields import NOTE
from engagement_widgets.comments.states import Effect, Status
from engagement_widgets.desk.author_notes import AddNote, Note, RemoveNote, add_note, remove_note
from engagement_widgets.desk.author_page import next_cursor, read_query
from engagement_widgets.desk.authors import PastComment, Tally, read_author
from engagement_widgets.desk.gate import DOOR, MODERATORS, seat_of_call
from engagement_widgets.web.api_models import ApiModel
from engagement_widgets.web.context import Context
from engagement_widgets.web.openapi import ApiCall, ApiRoute


class AuthorParams(ApiModel):
    """Whose comments are listed: under which of the author's marks, after a cursor."""

    by: By = By.READER
    cursor: str | None = None


class TallyOut(ApiModel):
    """How the comments under one mark stand, and when the first of them came."""

    by: By
    counts: dict[Status, int]
    first_at: datetime | None


class PastCommentOut(ApiModel):
    """One comment of the author's, or one with the same text."""

    id: UUID
    author: str
    body: str
    status: Status
    note: str | None
    submitted_at: datetime
    page_title: str
    page_url: str
    section: str


class NoteOut(ApiModel):
    """A private note."""

    id: UUID
    body: str
    written_at: datetime
    writer_name: str


class HoldingOut(ApiModel):
    """A block that holds for this author now; `until` null has no end."""

    id: UUID
    kind: str
    effect: Effect
    until: datetime | None
    note: str
    set_at: datetime
    set_by: str


class AuthorOut(ApiModel):
    """Who wrote a comment, by their marks: what comes under the same marks, though nobody has an account."""

    name: str
    email: str | None
    is_staff: bool
    is_host_user: bool
    names: list[str]
    tallies: list[TallyOut]
    by: By
    comments: list[PastCommentOut]
    next: str | None
    same_text: list[PastCommentOut]
    notes: list[NoteOut]
    blocks: list[HoldingOut]


class NoteIn(ApiModel):
    """What to note."""

    note: str


class RemovedOut(ApiModel):
    """The note is gone."""

    removed: bool


async def get_author(ctx: Context, call: ApiCall[None, AuthorParams]) -> AuthorOut:
    """The author of a comment."""
    seat = await seat_of_call(ctx, call.request, MODERATORS)
    comment_id: UUID = call.request.path_params["comment_id"]
    query = read_query(ctx.secrets, comment_id, seat, call.query.model_dump(exclude_none=True))
    author = await ctx.storage.read(read_author, query)
    return AuthorOut(
        name=author.name,
        email=author.email,
        is_staff=author.is_staff,
        is_host_user=author.is_host_user,
        names=list(author.names),
        tallies=list(map(_tally_out, author.tallies)),
        by=author.by,
        comments=list(map(_past_out, author.comments)),
        next=next_cursor(ctx.secrets, query, author.next),
        same_text=list(map(_past_out, author.same_text)),
        notes=list(map(_note_out, author.notes)),
        blocks=[
            HoldingOut(**{name: getattr(block, name) for name in HoldingOut.model_fields}) for block in author.blocks
        ],
    )


async def post_note(ctx: Context, call: ApiCall[NoteIn, None]) -> NoteOut:
    """Note something about the author of a comment."""
    seat = await seat_of_call(ctx, call.request, MODERATORS)
    command = AddNote(
        comment_id=call.request.path_params["comment_id"], body=NOTE.parse(call.body.note), actor=seat.user
    )
    return _note_out(await ctx.storage.write(add_note, command))


async def delete_note(ctx: Context, call: ApiCall[None, None]) -> RemovedOut:
    """Take a note away."""
    seat = await seat_of_call(ctx, call.request, MODERATORS)
    params = call.request.path_params
    command = RemoveNote(comment_id=params["comment_id"], note_id=params["note_id"], actor=seat.user)
    await ctx.storage.write(remove_note, command)
    return RemovedOut(removed=True)


def _tally_out(tally: Tally) -> TallyOut:
    return TallyOut(by=tally.by, counts=dict(tally.counts), first_at=tally.first_at)


def _past_out(past: PastComment) -> PastCommentOut:
    return PastCommentOut(**{name: getattr(past, name) for name in PastCommentOut.model_fields})


def _note_out(note: Note) -> NoteOut:
    return NoteOut(**{name: getattr(note, name) for name in NoteOut.model_fields})


API: tuple[ApiRoute[Any, Any], ...] = (
    ApiRoute(
        method="GET",
        path="/desk/comments/{comment_id:uuid}/author",
        handler=get_author,
        summary="The author of a comment",
        query=AuthorParams,
        response=AuthorOut,
        errors=(*DOOR, "unknown_comment", "bad_cursor"),
    ),
    ApiRoute(
        method="POST",
        path="/desk/comments/{comment_id:uuid}/author/notes",
        handler=post_note,
        summary="Note something about the author of a comment",
        request=NoteIn,
        response=NoteOut,
        status=201,
        errors=(*DOOR, "unknown_comment"),
    ),
    ApiRoute(
        method="DELETE",
        path="/desk/comments/{comment_id:uuid}/author/notes/{note_id:uuid}",
        handler=delete_note,
        summary="Take a note away",
        response=RemovedOut,
        errors=(*DOOR, "unknown_comment", "unknown_note"),
    ),
)
