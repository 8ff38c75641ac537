"""Templates: the host's file first, always escaped, nothing missing goes unnoticed; figures and times by locale."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateNotFound, UndefinedError

from engagement_widgets.settings import Settings
from engagement_widgets.web.assets import Assets
from engagement_widgets.web.templating import PACKAGE, Templates, filters, half_up
from engagement_widgets.web.urls import Urls

SETTINGS = Settings(secret_keys=("k" * 32,))
MOMENT = datetime(2026, 3, 5, 18, 4, 9, tzinfo=UTC)  # 01:04 of the next day in Vietnam


def _templates(host: Path | None = None) -> Templates:
    urls = Urls("/engagement")
    return Templates(Settings(secret_keys=("k" * 32,), templates=host), Assets(urls), urls)


def _render(tmp_path: Path, source: str, locale: str = "vi", **context: object) -> str:
    (tmp_path / "page.html").write_text(source, encoding="utf-8")
    return str(_templates(tmp_path).render("page.html", locale, **context))


def test_everything_is_escaped(tmp_path: Path) -> None:
    """Also what is put into a translated sentence."""
    shown = _render(tmp_path, "{{ text }}|{{ _('Lỗi: %(sentence)s', sentence=text) }}", "en", text="<b>&")
    assert shown == "&lt;b&gt;&amp;|Error: &lt;b&gt;&amp;"


def test_a_missing_name_fails_loudly(tmp_path: Path) -> None:
    """A blank where a figure should stand is the seed's fault."""
    with pytest.raises(UndefinedError):
        _render(tmp_path, "{{ average }}")


def test_the_hosts_file_comes_first(tmp_path: Path) -> None:
    """A file of the same name replaces ours; every other one stays."""
    (tmp_path / "engagement").mkdir()
    (tmp_path / "engagement" / "layout.html").write_text("<main>{{ body }}</main>")
    templates = _templates(tmp_path)
    assert templates.render("engagement/layout.html", "vi", title="t", head="", body="b") == "<main>b</main>"
    assert "<title>t" in _templates().render("engagement/layout.html", "vi", title="t", head="", body="b")
    with pytest.raises(TemplateNotFound):
        templates.render("engagement/nothing.html", "vi")


def test_a_part_is_made_of_its_context_alone(tmp_path: Path) -> None:
    """What surrounds it does not reach it; equal values give the very same markup, in each language its own."""
    (tmp_path / "part.html").write_text("{{ name }} {{ around|default('alone') }} {{ locale }}")
    templates = _templates(tmp_path)
    (tmp_path / "page.html").write_text("{% set around = 1 %}{{ part('part.html', name='<Lan>') }}")
    assert templates.render("page.html", "vi") == "&lt;Lan&gt; alone vi"
    assert templates.part("vi", "part.html", name="<Lan>") is templates.part("vi", "part.html", name="<Lan>")
    assert templates.part("en", "part.html", name="<Lan>") == "&lt;Lan&gt; alone en"


def test_every_template_compiles() -> None:
    """A syntax error in a rarely seen page is found here."""
    templates = _templates()
    names = [
        path.relative_to(folder).as_posix() for folder in PACKAGE.glob("*/templates") for path in folder.rglob("*.html")
    ]
    assert "engagement/error.html" in names
    assert len(names) == len(set(names)), "two packages have a template of the same name"
    for name in names:
        templates._environment("vi").get_template(name)


def test_globals_are_the_instances_own(tmp_path: Path) -> None:
    """Addresses of the mount, files of this release, settings and locale."""
    shown = _render(
        tmp_path, "{{ url('/ratings', a='b', c=none) }} {{ asset('base.css') }} {{ settings.site }} {{ locale }}", "en"
    )
    hashed = Assets(Urls("/engagement")).hash
    assert shown == f"/engagement/ratings?a=b /engagement/assets/{hashed}/base.css default en"


@pytest.mark.parametrize(
    ("locale", "name", "value", "expected"),
    [
        ("vi", "number", 1234567, "1.234.567"),
        ("en", "number", 1234567, "1,234,567"),
        ("vi", "number", 0, "0"),
        ("vi", "decimal1", Fraction(9, 2), "4,5"),
        ("en", "decimal1", Fraction(9, 2), "4.5"),
        ("vi", "decimal1", 4, "4,0"),
        ("vi", "decimal1", Fraction(89, 20), "4,5"),  # 4,45 goes up
        ("vi", "decimal1", Fraction(4449, 1000), "4,4"),
        ("vi", "decimal1", Decimal("4.35"), "4,4"),
        ("vi", "decimal1", Fraction(10, 3), "3,3"),
        ("vi", "percent", Fraction(58, 100), "58%"),
        ("vi", "percent", Fraction(1, 8), "13%"),  # 12,5 goes up
        ("en", "percent", Fraction(1, 3), "33%"),
        ("en", "percent", 1, "100%"),
        ("vi", "moment", MOMENT, "06/03/2026 01:04"),
        ("en", "moment", MOMENT, "6 Mar 2026, 01:04"),
        ("vi", "iso", MOMENT, "2026-03-06T01:04:09+07:00"),
    ],
)
def test_figures_and_times_by_locale(locale: str, name: str, value: object, expected: str) -> None:
    """Vietnamese commas, the site's zone, halves up."""
    assert filters(locale, SETTINGS)[name](value) == expected


def test_times_follow_the_sites_zone() -> None:
    """The setting decides, not the server."""
    settings = Settings(secret_keys=("k" * 32,), timezone="Europe/Berlin")
    assert filters("vi", settings)["moment"](MOMENT) == "05/03/2026 19:04"
    assert filters("vi", settings)["iso"](MOMENT) == "2026-03-05T19:04:09+01:00"


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 3))
def test_rounding_is_exact(numerator: int, denominator: int, places: int) -> None:
    """Never further off than half a unit, and a half goes up: no float comes between."""
    value = Fraction(numerator, denominator)
    error = Fraction(half_up(value, places)) - value
    unit = Fraction(1, 10**places)
    assert -unit / 2 < error <= unit / 2
