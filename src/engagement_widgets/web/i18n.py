"""Catalogues. The message ids are the Vietnamese sentences themselves, so `vi` needs none.

`locales/<locale>.d/*.po` (one file a slice) are read as they are: nothing has to be compiled or packaged apart.
"""

import gettext
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LOCALES_DIR = Path(__file__).parent.parent / "locales"
SOURCE_LOCALE = "vi"


def N_(message: str) -> str:  # noqa: N802  (the name extractors and translators know)
    """Mark a sentence for the catalogues; it is translated where it is shown."""
    return message


class Translator(gettext.NullTranslations):
    """Looks sentences up in the catalogues of one locale; a sentence nobody translated stays Vietnamese."""

    def __init__(self, catalogs: list[Catalog]) -> None:
        super().__init__()
        self._plural = gettext.c2py(catalogs[0].plural_expr) if catalogs else None
        self._messages: dict[str, tuple[str, ...]] = {}
        for catalog in catalogs:
            for message in catalog:
                self._add(message.id, message.string)

    def gettext(self, message: str) -> str:
        """The sentence in this locale."""
        found = self._messages.get(message)
        return found[0] if found else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The sentence in this locale, in the form that goes with `n`."""
        found = self._messages.get(msgid1)
        if not found or self._plural is None:
            return msgid1 if n == 1 else msgid2
        return found[min(self._plural(n), len(found) - 1)]

    def _add(self, ids: object, strings: object) -> None:
        key = ids[0] if isinstance(ids, list | tuple) else ids
        forms = tuple(strings) if isinstance(strings, list | tuple) else (strings,)
        if key and all(forms):
            self._messages.setdefault(str(key), tuple(str(form) for form in forms))


@lru_cache
def translator(locale: str) -> Translator:
    """The translator of a locale, read once a process."""
    if locale == SOURCE_LOCALE:
        return Translator([])
    return Translator([_read(path, locale) for path in sorted((LOCALES_DIR / f"{locale}.d").glob("*.po"))])


def _read(path: Path, locale: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=locale, abort_invalid=True)
