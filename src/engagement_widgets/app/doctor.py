"""What can be wrong with an installation. Opening the database is what a boot does: SQLite upgrades itself."""

from dataclasses import dataclass

from engagement_widgets.app.smtp import MailAway, Smtp
from engagement_widgets.errors import EngagementError
from engagement_widgets.kernel.clock import SystemClock
from engagement_widgets.settings import Settings
from engagement_widgets.storage.units import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing examined: whether it is as it should be, and a sentence."""

    good: bool
    text: str


def examine(settings: Settings) -> list[Finding]:
    """Look at settings, database and mail server."""
    return [_database(settings), _keys(settings), _public_url(settings), _transport(settings), _mail(settings)]


def _database(settings: Settings) -> Finding:
    storage = Storage(url=settings.database_url, site=settings.site, clock=SystemClock())
    try:
        storage.boot()
    except EngagementError as error:
        return Finding(good=False, text=str(error))
    except Exception as error:  # noqa: BLE001  (whatever the driver says is the finding)
        return Finding(good=False, text=f"The database cannot be opened: {type(error).__name__}: {error}")
    storage.close()
    return Finding(good=True, text="The database opens and is at this release's schema.")


def _keys(settings: Settings) -> Finding:
    if settings.secret_keys:
        return Finding(good=True, text=f"{len(settings.secret_keys)} signing key(s) are set.")
    if settings.is_sqlite:
        return Finding(good=True, text="One signing key is kept beside the SQLite file (<database>.key); back it up.")
    return Finding(good=False, text="ENGAGEMENT_SECRET_KEYS is empty; make one with: engagement-widgets key")


def _public_url(settings: Settings) -> Finding:
    if settings.public_url is None:
        return Finding(good=True, text="ENGAGEMENT_PUBLIC_URL is not set: fine unless a proxy adds a path or caches.")
    return Finding(good=True, text=f"The mount is reached at {settings.public_url}.")


def _transport(settings: Settings) -> Finding:
    if settings.insecure_http:
        return Finding(good=False, text="ENGAGEMENT_INSECURE_HTTP lets cookies travel unencrypted; use https.")
    return Finding(good=True, text="Cookies travel over https, or on loopback only.")


def _mail(settings: Settings) -> Finding:
    server = settings.mail_server
    if server is None:
        return Finding(good=True, text="ENGAGEMENT_SMTP_URL is not set: no letters are sent, and the form says so.")
    try:
        Smtp(server, settings.mail_sender.domain, SystemClock()).check()
    except MailAway as error:
        return Finding(good=False, text=f"The mail server {server.host}:{server.port} does not let us in: {error}")
    return Finding(good=True, text=f"The mail server {server.host}:{server.port} lets us in.")
