"""A form of the host's own with our captcha: `uvicorn --app-dir examples contact_form:app`, then /lien-he."""

from urllib.parse import parse_qsl

from markupsafe import Markup
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from engagement_widgets import Engagement, Settings

STYLE = Markup("""
body { max-width: 34rem; margin: 2rem auto; padding: 0 1rem;
  font: 1.0625rem/1.55 system-ui, sans-serif; color: #1d2733 }
form { display: grid; gap: 1rem } label { display: grid; gap: .25rem; font-weight: 600 }
input, textarea { font: inherit } label > * { padding: .5rem .625rem; border: 1px solid #7a8794; border-radius: 6px }
.send { justify-self: start; padding: .5rem 1.25rem; border: 0; border-radius: 6px; background: #0b5cad; color: #fff;
  font: inherit; font-weight: 600 }
""")
PAGE = Markup(
    "<!doctype html><html lang=vi><head><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>Liên hệ tòa soạn</title><style>{style}</style>{head}</head>"
    "<body><h1>Liên hệ tòa soạn</h1>{body}</body></html>"
)
FORM = Markup(
    "<form method=post><label>Họ tên<input name=name required value='{name}'></label>"
    "<label>Nội dung<textarea name=message rows=5 required>\n{message}</textarea></label>"
    "{field}<button class=send>Gửi liên hệ</button></form>"
)

engagement = Engagement(Settings(database_url="sqlite:///contact.db"))


async def show(
    request: Request, name: str = "", message: str = "", error: str = "", *, spoken: bool = False
) -> HTMLResponse:
    """The form, with everything typed."""
    challenge = await engagement.captcha.issue(
        request, purpose="contact", offers_no_code=True, spoken=spoken, error=error
    )
    body = FORM.format(name=name, message=message, field=challenge.field)
    page = PAGE.format(style=STYLE, head=challenge.head, body=body)
    return HTMLResponse(page, 422 if error else 200, {"Cache-Control": "no-store"})


async def contact(request: Request) -> HTMLResponse:
    """Show the form, or take what was sent."""
    if request.method == "GET":
        return await show(request)
    form = await read(request)
    name, message = form.get("name", ""), form.get("message", "")
    answer = await engagement.captcha.verify(request, form, purpose="contact")
    if not (answer.passed or answer.no_code):
        return await show(request, name, message, answer.sentence, spoken=answer.speak)
    order = "Thư sẽ được đọc sau các thư có mã." if answer.no_code else "Tòa soạn sẽ trả lời sớm."
    body = Markup("<p role=status>Đã nhận thư của {name}. {order}</p>").format(name=name, order=order)
    return HTMLResponse(PAGE.format(style=STYLE, head="", body=body))


async def read(request: Request) -> dict[str, str]:
    """The form's fields; a site with python-multipart says `await request.form()`."""
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


app = Starlette(routes=[Route("/lien-he", contact, methods=["GET", "POST"])])
engagement.install(app, "/engagement")
