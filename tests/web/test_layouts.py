"""The look around our pages: our own, or one HTML file of the host."""

from pathlib import Path

import pytest
from markupsafe import Markup
from starlette.requests import Request

from engagement_widgets.errors import MountError
from engagement_widgets.web.context import Context
from engagement_widgets.web.layout import HtmlFileLayout

FILE = """<!doctype html><html><head><title><!-- engagement:title --> | Báo</title>
<!-- engagement:head --></head><body><nav>Trang nhất</nav><!-- engagement:body --></body></html>"""
REQUEST = Request({"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""})


async def _lay(layout: HtmlFileLayout, title: str = "Biên nhận", body: str = "<p>thân</p>") -> str:
    return await layout(REQUEST, title=title, head=Markup("<link>"), body=Markup(body), locale="vi")  # noqa: S704


@pytest.mark.anyio
async def test_a_file_of_the_host_holds_our_page(tmp_path: Path) -> None:
    """Each part at its marker, the rest as it is."""
    (tmp_path / "page.html").write_text(FILE, encoding="utf-8")
    shown = await _lay(HtmlFileLayout(tmp_path / "page.html"))
    assert shown == FILE.replace("<!-- engagement:title -->", "Biên nhận").replace(
        "<!-- engagement:head -->", "<link>"
    ).replace("<!-- engagement:body -->", "<p>thân</p>")


@pytest.mark.anyio
async def test_the_title_is_escaped_and_markers_in_text_are_text(tmp_path: Path) -> None:
    """A reader's words can neither close the title nor pull the body up."""
    (tmp_path / "page.html").write_text(FILE, encoding="utf-8")
    layout = HtmlFileLayout(tmp_path / "page.html")
    shown = await _lay(
        layout, title="</title><script> <!-- engagement:body -->", body="<i><!-- engagement:head --></i>"
    )
    assert "<title>&lt;/title&gt;&lt;script&gt; &lt;!-- engagement:body --&gt; | Báo</title>" in shown
    assert shown.count("<link>") == 1


@pytest.mark.anyio
async def test_the_file_is_read_at_first_use_and_kept(tmp_path: Path) -> None:
    """Constructing opens nothing; a file that is replaced needs a restart, like any template."""
    layout = HtmlFileLayout(tmp_path / "page.html")
    (tmp_path / "page.html").write_text(FILE, encoding="utf-8")
    first = await _lay(layout)
    (tmp_path / "page.html").unlink()
    assert await _lay(layout) == first


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<title><!-- engagement:title --></title>",
        FILE.replace("<!-- engagement:head -->", ""),
        FILE + "<!-- engagement:body -->",
        FILE.replace("<!-- engagement:title -->", "<!--engagement:title-->"),
    ],
)
@pytest.mark.anyio
async def test_a_file_without_its_markers_is_named(tmp_path: Path, text: str) -> None:
    """The message says which file and what it lacks."""
    path = tmp_path / "page.html"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MountError, match="engagement:body") as caught:
        await _lay(HtmlFileLayout(path))
    assert str(path) in str(caught.value)


@pytest.mark.anyio
async def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path: Path) -> None:
    """No bare OSError reaches the host."""
    (tmp_path / "binary.html").write_bytes(b"\xff\xfe")
    for name in ("nothing.html", "binary.html"):
        with pytest.raises(MountError, match=name):
            await _lay(HtmlFileLayout(tmp_path / name))


@pytest.mark.anyio
async def test_our_own_layout_is_one_whole_document(ctx: Context) -> None:
    """Language, title, head and body in their places."""
    shown = await ctx.layout(REQUEST, title="A < B", head=Markup("<link>"), body=Markup("<p>thân</p>"), locale="en")
    assert shown.lstrip().startswith("<!doctype html>")
    assert '<html lang="en"' in shown
    assert "<title>A &lt; B</title>" in shown
    assert shown.index("<link>") < shown.index("</head>") < shown.index("<p>thân</p>")
