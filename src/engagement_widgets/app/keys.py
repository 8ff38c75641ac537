"""Where the signing keys come from."""

import os
import secrets
from pathlib import Path

from sqlalchemy import make_url

from engagement_widgets.errors import SettingsError
from engagement_widgets.settings import Settings


def signing_keys(settings: Settings) -> tuple[str, ...]:
    """The configured keys, or on SQLite the one key kept in `<database>.key`, made at the first boot.

    The file lies beside the database, not inside it, so that a copy of the database alone opens nothing.

    Raises:
        SettingsError: no keys are set and there is no database file to keep one beside.
    """
    if settings.secret_keys:
        return settings.secret_keys
    database = make_url(settings.database_url).database
    if not settings.is_sqlite or not database or database == ":memory:":
        raise SettingsError(["ENGAGEMENT_SECRET_KEYS: set at least one key; only SQLite files can keep their own"])
    return (_kept_key(Path(f"{database}.key")),)


def _kept_key(path: Path) -> str:
    """Read the key, or make it. Several processes may come at once: only a complete file ever has the name."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)  # fails if another process was first; its key is the one
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
