"""A captcha service whose widget is a custom element, as Cap's is, and a site that uses it.

`uvicorn --app-dir tests captcha_element:service`, and with its address in `SERVICE_URL` `captcha_element:site`.
"""

import os
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from engagement_widgets import Engagement, Page, Settings
from engagement_widgets.integrations.siteverify import SiteVerify

URL = os.environ.get("SERVICE_URL", "http://127.0.0.1:8009")
WIDGET = """
customElements.define("cap-widget", class extends HTMLElement {
  connectedCallback() {
    const box = document.createElement("button");
    const field = document.createElement("input");
    box.type = "button";
    box.textContent = this.getAttribute("data-cap-i18n-initial-state");
    Object.assign(field, { type: "hidden", name: "cap-token" });
    this.append(box, field);
    box.addEventListener("click", async () => {
      const answer = await fetch(this.getAttribute("data-cap-api-endpoint") + "redeem", { method: "POST" });
      if (!answer.ok) return this.dispatchEvent(new CustomEvent("error", { detail: { message: "no" } }));
      field.value = (await answer.json()).token;
      this.dispatchEvent(new CustomEvent("solve", { detail: { token: field.value } }));
    });
  }
  reset() { this.querySelector("input").value = ""; }
});
"""
tokens: set[str] = set()


async def widget(request: Request) -> Response:
    """The script, where Cap's server has it."""
    del request
    return Response(WIDGET, media_type="text/javascript")


async def redeem(request: Request) -> Response:
    """A token for whoever asks; the first time it fails."""
    del request
    tokens.add(made := f"key:{len(tokens)}:x")
    status = 500 if len(tokens) == 1 else 200
    return JSONResponse({"token": made}, status, headers={"Access-Control-Allow-Origin": "*"})


async def siteverify(request: Request) -> Response:
    """Good once; a no has a status of its own."""
    token = dict(parse_qsl((await request.body()).decode()))["response"]
    if token not in tokens:
        return JSONResponse({"success": False, "error": "Token not found"}, 404)
    tokens.remove(token)
    return JSONResponse({"success": True})


service = Starlette(
    routes=[
        Route("/assets/widget.js", widget),
        Route("/key/redeem", redeem, methods=["POST"]),
        Route("/key/siteverify", siteverify, methods=["POST"]),
    ]
)

captcha = SiteVerify(
    service="cap",
    site_key="key",
    secret="any",
    script_url=f"{URL}/assets/widget.js",
    verify_url=f"{URL}/key/siteverify",
)
engagement = Engagement(Settings(database_url="sqlite:///element.db"), captcha=captcha)


async def article(request: Request) -> HTMLResponse:
    """An article with its comments."""
    del request
    widgets = await engagement.widgets(Page(key="news/1", url="/news/1", title="Bài 1", locale="vi"))
    return HTMLResponse(f"<!doctype html><html lang=vi><title>Bài 1</title>{widgets.head}{widgets.comments}</html>")


async def contact(request: Request) -> HTMLResponse:
    """A form of the host's own."""
    error = ""
    if request.method == "POST":
        form = dict(parse_qsl((await request.body()).decode()))
        answer = await engagement.captcha.verify(request, form, purpose="contact")
        if answer.passed:
            return HTMLResponse("<p>Đã nhận thư.</p>")
        error = answer.sentence
    made = await engagement.captcha.issue(request, purpose="contact", error=error)
    body = f"<form method=post>{made.field}<button>Gửi thư</button></form>"
    return HTMLResponse(f"<!doctype html><html lang=vi><title>Liên hệ</title>{made.head}{body}</html>")


site = Starlette(routes=[Route("/news/1", article), Route("/lien-he", contact, methods=["GET", "POST"])])
engagement.install(site, "/engagement")
