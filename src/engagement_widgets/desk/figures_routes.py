"""The figures: a screen that prints, and its tables as files."""

from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from engagement_widgets.desk.figures import read_figures
from engagement_widgets.desk.figures_page import PERIODS, FiguresScreen, Table, read_wanted, rows_of, screen_of
from engagement_widgets.desk.gate import MODERATORS, Seat, desk_route
from engagement_widgets.desk.screen import desk_page, error_page
from engagement_widgets.kernel.spreadsheet import BYTE_ORDER_MARK, csv_rows
from engagement_widgets.pages.service import known_sections
from engagement_widgets.web.context import Context
from engagement_widgets.web.i18n import N_, translator
from engagement_widgets.web.negotiation import desk_locale
from engagement_widgets.web.responses import file_headers

FIGURES: Final = "/desk/figures"


def routes(ctx: Context) -> list[BaseRoute]:
    """The screen and the files."""
    moderators = partial(desk_route, ctx, roles=MODERATORS, error_page=error_page)
    files = (moderators(f"{FIGURES}/{table}.csv", partial(send_table, table=table)) for table in Table)
    return [moderators(FIGURES, show_figures), *files]


async def show_figures(ctx: Context, request: Request, seat: Seat) -> Response:
    """The figures of a period, of one section or all."""
    screen = await _screen(ctx, request, seat)
    known = await ctx.storage.read(known_sections, None)
    wanted = screen.wanted
    return await desk_page(
        ctx,
        request,
        seat,
        title=translator(desk_locale(request, ctx.settings)).gettext(N_("Số liệu")),
        template="engagement/desk/figures.html",
        screen=screen,
        periods=[
            (name, label, ctx.urls.path(FIGURES, period=name, section=wanted.section))
            for name, label in PERIODS.items()
        ],
        sections=[section for section in known if seat.user.covers(section)],
        files={
            table.value: ctx.urls.path(f"{FIGURES}/{table}.csv", period=wanted.period, section=wanted.section)
            for table in Table
        },
    )


async def send_table(ctx: Context, request: Request, seat: Seat, *, table: Table) -> Response:
    """One table, as a spreadsheet with Vietnamese settings opens it."""
    screen = await _screen(ctx, request, seat)
    rows = rows_of(table, screen, desk_locale(request, ctx.settings))
    return Response(
        (BYTE_ORDER_MARK + csv_rows(rows, ctx.settings.zone)).encode(),
        media_type="text/csv; charset=utf-8",
        headers=file_headers(f"{table}-{screen.file}.csv"),
    )


async def _screen(ctx: Context, request: Request, seat: Seat) -> FiguresScreen:
    wanted = read_wanted(request.query_params, seat)
    query = wanted.query(ctx, seat)
    figures = await ctx.storage.read(read_figures, query)
    return screen_of(figures, query, wanted, ctx.clock.now(), desk_locale(request, ctx.settings))
