"""Votes and totals as a file for admins, sent while it is read."""

from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse

from engagement_widgets.ratings.export import SOURCES, Ask, Batch, ExportSubject
from engagement_widgets.ratings.export_files import ExportFormat, Writing
from engagement_widgets.web.context import Context
from engagement_widgets.web.responses import file_headers


async def export_response(ctx: Context, subject: ExportSubject, format: ExportFormat) -> StreamingResponse:  # noqa: A002
    """The whole export as a download.

    The first batch is read before the answer begins, so that what is wrong from the start is told as an error; what
    goes wrong later breaks the connection, and no client takes the part for the whole.
    """
    source = SOURCES[subject]
    writing = Writing(source=source, format=format, secrets=ctx.secrets, zone=ctx.settings.zone)
    first = await ctx.storage.read(source.read, Ask())
    headers = file_headers(f"ratings-{subject}.{format}")
    return StreamingResponse(_written(ctx, writing, first), media_type=format.media_type, headers=headers)


async def _written(ctx: Context, writing: Writing, batch: Batch) -> AsyncIterator[bytes]:
    yield writing.begin() + writing.write(batch)
    while batch.end is not None:
        batch = await ctx.storage.read(writing.source.read, Ask(after=batch.end))
        yield writing.write(batch)
