"""The demonstration served for the browser tests: real in every part, but its captchas all show a known code.

Run as a program: `python newspaper.py FOLDER PORT [sign-in] [note]`. With `sign-in` readers can be signed in, by a
cookie that any browser may set: the host's sign-in is not what is tested. With `note` a low score is asked about.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from examples.demo.news import load_news
from examples.demo.seed import seed
from examples.demo.site import CSP, create_site
from starlette.requests import Request

from engagement_widgets import HostUser, Settings
from engagement_widgets.app.assembly import make_storage
from engagement_widgets.captcha import ahead, provider
from engagement_widgets.cli.accounts import new_desk_account
from engagement_widgets.kernel.clock import SystemClock
from engagement_widgets.settings import ColorScheme
from engagement_widgets.testing import KNOWN_CODE, KNOWN_DIGITS

SITE = "vinh-sao"
PASSWORD_FILE = "one-time-password"


async def cookie_reader(request: Request, /) -> HostUser | None:
    """The reader named by the cookie `host_reader`."""
    name = request.cookies.get("host_reader")
    return HostUser(id=name, name=name) if name else None


def site_settings(folder: Path, *, sign_in: bool = False, note: bool = False) -> Settings:
    """The demonstration's settings on a database in this folder."""
    return Settings(
        readers_sign_in=sign_in,
        rating_note=note,
        database_url=f"sqlite:///{folder / 'engagement.db'}",
        site=SITE,
        site_name="Báo Vịnh Sao",
        color_scheme=ColorScheme.AUTO,
        page_csp=CSP,
    )


def main(folder: Path, port: int, *, sign_in: bool, note: bool) -> None:
    """Seed, make an account, serve."""
    opened = datetime.now(UTC)
    news = load_news(opened)
    settings = site_settings(folder, sign_in=sign_in, note=note)
    storage = make_storage(settings, SystemClock())
    storage.boot()
    seed(storage, news, opened)
    password = new_desk_account(storage, login="mai", name="Mai Chi", role="admin")
    (folder / PASSWORD_FILE).write_text(password)
    storage.close()
    setattr(ahead, "new_code", lambda _length: KNOWN_CODE)  # noqa: B010  (chance is all that is taken away)
    setattr(provider, "new_digits", lambda _length: KNOWN_DIGITS)  # noqa: B010
    site = create_site(settings, news, folder / "answers.jsonl", cookie_reader if sign_in else None)
    uvicorn.run(site, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sign_in="sign-in" in sys.argv[3:], note="note" in sys.argv[3:])
