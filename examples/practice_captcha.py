"""A captcha service to practise with: `uvicorn --app-dir examples practice_captcha:app --port 8009`.

It speaks as Turnstile does, in a small way, and believes everybody who ticks its box: whoever asks for a token gets
one. A token is good once and for `LIFETIME` seconds, and tells the host and the action it was asked for.
"""

import secrets
import time
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

LIFETIME = 120
SECRET = "practice-secret"  # noqa: S105  (everybody may know it)

# What the site's page loads: a frame for each widget, and the field with its token beside it.
SCRIPT = """
(() => {
  const own = new URL(document.currentScript.src).origin;
  const widgets = [];
  addEventListener("message", ({ origin, source, data }) => {
    const widget = widgets.find(({ frame }) => frame.contentWindow === source);
    if (origin !== own || !widget) return;
    widget.field.value = data;
    widget.options.callback(data);
    widget.timer = setTimeout(widget.options["expired-callback"], 1000 * LIFETIME);
  });
  window.turnstile = {
    render(element, options) {
      const { action, language, theme } = options;
      const frame = document.createElement("iframe");
      frame.title = language === "vi" ? "Kiểm tra của dịch vụ tập dượt" : "Check of the practice service";
      frame.src = `${own}/frame?${new URLSearchParams({ action, language, theme, hostname: location.hostname })}`;
      Object.assign(frame.style, { border: "1px solid #7a8794", width: "240px", height: "64px", display: "block" });
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "cf-turnstile-response" });
      element.append(frame, field);
      return widgets.push({ frame, field, options }) - 1;
    },
    reset(widget) {
      const { frame, field, timer } = widgets[widget];
      clearTimeout(timer);
      field.value = "";
      frame.src += ""; // afresh
    },
    remove(widget) { clearTimeout(widgets[widget].timer); },
  };
})();
""".replace("LIFETIME", str(LIFETIME))
FRAME = (
    "<!doctype html><html lang={language}><meta charset=utf-8><title>{label}</title>"
    "<style>body{{margin:0;padding:16px;font:16px/32px sans-serif;color:{ink};background:{paper}}}"
    "input{{width:24px;height:24px;vertical-align:middle}}</style>"
    "<main><label><input type=checkbox> {label}</label></main><script src=/frame.js></script>"
)
FRAME_SCRIPT = """
document.querySelector("input").addEventListener("change", async () => {
  const answer = await fetch("/token" + location.search, { method: "POST" });
  parent.postMessage((await answer.json()).token, "*");
}, { once: true });
"""
LABELS = {"vi": "Tôi không phải là máy", "en": "I am no machine"}

tokens: dict[str, dict[str, object]] = {}


async def script(request: Request) -> Response:
    """What `api.js` is elsewhere."""
    del request
    return Response(SCRIPT, media_type="text/javascript")


async def frame(request: Request) -> Response:
    """The box to tick."""
    asked = request.query_params
    language = "vi" if asked.get("language") == "vi" else "en"
    ink, paper = ("#fff", "#222") if asked.get("theme") == "dark" else ("#222", "#fff")
    return HTMLResponse(FRAME.format(language=language, label=LABELS[language], ink=ink, paper=paper))


async def frame_script(request: Request) -> Response:
    """Tells the page around the frame."""
    del request
    return Response(FRAME_SCRIPT, media_type="text/javascript")


async def token(request: Request) -> Response:
    """A token for whatever host and action are named."""
    asked = request.query_params
    made = secrets.token_urlsafe()
    tokens[made] = {
        "hostname": asked.get("hostname", ""),
        "action": asked.get("action", ""),
        "until": time.monotonic() + float(asked.get("seconds", LIFETIME)),
    }
    return JSONResponse({"token": made})


async def siteverify(request: Request) -> Response:
    """Whether a token is good; then it is so no more."""
    sent = dict(parse_qsl((await request.body()).decode()))
    if sent.get("secret") != SECRET:
        return JSONResponse({"success": False, "error-codes": ["invalid-input-secret"]})
    if (known := tokens.get(sent.get("response", ""))) is None:
        return JSONResponse({"success": False, "error-codes": ["invalid-input-response"]})
    until, known["until"] = float(str(known["until"])), 0.0
    if until < time.monotonic():
        return JSONResponse({"success": False, "error-codes": ["timeout-or-duplicate"]})
    return JSONResponse({"success": True, "hostname": known["hostname"], "action": known["action"]})


app = Starlette(
    routes=[
        Route("/api.js", script),
        Route("/frame", frame),
        Route("/frame.js", frame_script),
        Route("/token", token, methods=["POST"]),
        Route("/siteverify", siteverify, methods=["POST"]),
    ]
)
