"""Prepares and serves the demonstration: `python -m examples.demo`, or `make demo`.

Everything it makes lies in `demo-data/`; remove that directory to begin again.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from examples.demo.news import load_news
from examples.demo.seed import seed
from examples.demo.site import CSP, MOUNT, NAME, create_site

from engagement_widgets import Settings
from engagement_widgets.app.assembly import make_storage
from engagement_widgets.cli.accounts import new_desk_account, one_time_password_for
from engagement_widgets.desk.accounts import find_login
from engagement_widgets.errors import NotFound
from engagement_widgets.kernel.clock import SystemClock
from engagement_widgets.settings import ColorScheme
from engagement_widgets.storage.units import Storage

DATA = Path("demo-data")
RESULTS = "captcha-answers.jsonl"
LOGIN = "truc-ban"


def main() -> None:
    """Migrate, seed, make the desk's account, say where everything is, and serve."""
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    DATA.mkdir(exist_ok=True)
    settings = Settings(
        database_url=f"sqlite:///{DATA / 'engagement.db'}",
        site="vinh-sao",
        site_name=f"Báo {NAME}",
        color_scheme=ColorScheme.AUTO,
        page_csp=CSP,
    )
    opened = first_opened(DATA / "opened")
    news = load_news(opened)
    storage = make_storage(settings, SystemClock())
    storage.boot()
    try:
        seed(storage, news, opened)
        password = desk_password(storage)
    finally:
        storage.close()
    announce(f"http://{host}:{port}", password)
    uvicorn.run(create_site(settings, news, DATA / RESULTS), host=host, port=port, log_level="warning")


def first_opened(path: Path) -> datetime:
    """When the demonstration was first opened: its articles and comments lie in the hours and days before."""
    if not path.exists():
        path.write_text(datetime.now(UTC).isoformat())
    return datetime.fromisoformat(path.read_text().strip())


def desk_password(storage: Storage) -> str:
    """A one-time password, anew at each start until the first sign-in has replaced it."""
    try:
        account = storage.read_sync(find_login, LOGIN)
    except NotFound:
        return new_desk_account(storage, login=LOGIN, name="Trực ban", role="admin")
    return one_time_password_for(storage, login=LOGIN) if account.one_time else "(the one chosen at the first sign-in)"


def announce(address: str, password: str) -> None:
    """Print the addresses a newcomer needs."""
    print(
        f"""
  The site           {address}/
  The desk           {address}{MOUNT}/desk
    login            {LOGIN}
    password         {password}
  OpenAPI document   {address}{MOUNT}/api/v1/openapi.json
  Read 20 captchas   {address}/doc-thu-ma  (HOST=0.0.0.0 lets phones on your network in)

  Ctrl+C stops it. Everything it made lies in {DATA}/.
""",
        flush=True,
    )


if __name__ == "__main__":
    main()
