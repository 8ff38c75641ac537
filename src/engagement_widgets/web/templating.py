"""Templates: the host's file of the same name first, then ours; always escaped, one environment a locale."""

from collections.abc import Callable, Hashable, MutableMapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import parse_pattern
from babel.numbers import format_decimal, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from engagement_widgets.settings import Settings
from engagement_widgets.web.assets import Assets
from engagement_widgets.web.i18n import translator
from engagement_widgets.web.parts import Parts
from engagement_widgets.web.urls import Urls

PACKAGE = Path(__file__).parent.parent
EXTENSIONS = ("jinja2.ext.i18n",)
MOMENT_FORMATS = {"vi": "dd/MM/yyyy HH:mm", "en": "d MMM yyyy, HH:mm"}

SHARE_OF_PARTS = 8
"""One part in so many of `cache_bytes` remembers parts of fragments, beside the fragments themselves."""

Figure = int | Fraction | Decimal


class _Environment(Environment):
    """One whose templates share its own globals: its chain of two mappings takes a third of a comment's time."""

    def make_globals(self, d: "MutableMapping[str, Any] | None") -> "MutableMapping[str, Any]":
        """The environment's own, which nothing changes once it is built; no template of ours brings others."""
        del d
        return self.globals


class Templates:
    """Renders every page and fragment. A template that misses a name fails loudly instead of showing a blank.

    Globals: `url(path, **query)`, `asset(name)`, `part(name, **context)`, `settings`, `locale`, `_`, `ngettext`.
    Filters: `number`, `decimal1`, `percent`, `moment`, `iso`.
    """

    def __init__(self, settings: Settings, assets: Assets, urls: Urls) -> None:
        self._settings = settings
        self._globals: dict[str, object] = {"url": urls.path, "asset": assets.url, "settings": settings}
        self._loader = FileSystemLoader(template_directories(settings.templates))
        self._environments: dict[str, Environment] = {}
        self._parts = Parts(settings.cache_bytes // SHARE_OF_PARTS)

    def render(self, name: str, locale: str, /, **context: object) -> Markup:
        """The template in this locale. `name` is relative to a `templates/` directory."""
        return Markup(self._environment(locale).get_template(name).render(context))  # noqa: S704  (autoescaped)

    def part(self, locale: str, name: str, /, **context: Hashable) -> Markup:
        """The template with nothing but this context, made once for equal values as long as it is remembered."""
        key = (locale, name, *context.items())
        return self._parts.get(key, lambda: self.render(name, locale, **context))

    def _environment(self, locale: str) -> Environment:
        if (environment := self._environments.get(locale)) is None:
            # two threads may both build one; the later is as good as the earlier
            environment = self._environments[locale] = self._build(locale)
        return environment

    def _build(self, locale: str) -> Environment:
        environment = _Environment(
            loader=self._loader,
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            cache_size=-1,  # all of them: they are few, and counting which were used last takes time
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=EXTENSIONS,
        )
        environment.policies["ext.i18n.trimmed"] = True
        translations = translator(locale)
        environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
            translations.gettext, translations.ngettext, newstyle=True
        )
        environment.globals.update(self._globals, part=partial(self.part, locale), locale=locale)
        environment.filters.update(filters(locale, self._settings))
        return environment


def template_directories(host: Path | None) -> list[Path]:
    """Where templates are looked for: the host's directory, then every package's own."""
    ours = sorted(PACKAGE.glob("*/templates"))
    return [host, *ours] if host is not None else ours


def filters(locale: str, settings: Settings) -> dict[str, Callable[..., str]]:
    """The filters of one locale; times are shown in the site's zone."""
    zone = settings.zone
    pattern, language = parse_pattern(MOMENT_FORMATS[locale]), Locale.parse(locale)

    def moment(value: datetime) -> str:
        return pattern.apply(value.astimezone(zone), language)

    def iso(value: datetime) -> str:
        return value.astimezone(zone).isoformat(timespec="seconds")

    def number(value: int | Decimal) -> str:
        return format_decimal(Decimal(value), locale=locale)

    def decimal1(value: Figure) -> str:
        return format_decimal(half_up(value, 1), format="#,##0.0", locale=locale)

    def percent(value: Figure) -> str:
        return format_percent(half_up(value, 2), locale=locale)

    return {"moment": moment, "iso": iso, "number": number, "decimal1": decimal1, "percent": percent}


def half_up(value: Figure, places: int) -> Decimal:
    """Rounded as schools teach it and readers check it: exactly, and a half goes up."""
    fraction = Fraction(value)
    scaled = Decimal(fraction.numerator * 10**places) / Decimal(fraction.denominator)
    return scaled.quantize(Decimal(1), ROUND_HALF_UP).scaleb(-places)
