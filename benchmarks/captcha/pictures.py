"""Fresh pictures with what counts as their code: ours at each level, and those of two other libraries."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

from engagement_widgets.captcha.codes import fold, new_code, swapped
from engagement_widgets.captcha.levels import STYLES
from engagement_widgets.captcha.picture import draw
from engagement_widgets.settings import CaptchaLevel

Source = Callable[[], "Sample"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One picture.

    Attributes:
        png: as a client gets it.
        code: what is drawn.
        accepted: every folded text that passes.
    """

    png: bytes
    code: str
    accepted: frozenset[str]

    def passes(self, text: str) -> bool:
        """True when this text would be taken."""
        return fold(text) in self.accepted


def ours(level: CaptchaLevel) -> Sample:
    """A picture as the widgets ask it at this level."""
    code = new_code(STYLES[level].length)
    drawn = draw(code, level)
    accepted = frozenset((code, *(swapped(code, at) for at in drawn.overlaps)))
    return Sample(png=drawn.png, code=code, accepted=accepted)


def lepture() -> Sample:
    """A picture of the package `captcha`, as shipped."""
    from captcha.image import ImageCaptcha

    return _other(lambda code: ImageCaptcha().generate(code).getvalue())


def django_simple() -> Sample:
    """A picture of `django-simple-captcha`, as shipped, from its own view."""
    return _other(_django_view())


def _other(drawn: Callable[[str], bytes]) -> Sample:
    """The same codes as ours, judged like ours, so what differs is the picture alone."""
    code = new_code()
    return Sample(png=drawn(code), code=code, accepted=frozenset((code,)))


@cache
def _django_view() -> Callable[[str], bytes]:
    """Start Django with nothing but this captcha and a database in memory."""
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.test import RequestFactory

    settings.configure(
        INSTALLED_APPS=["captcha"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        ROOT_URLCONF="captcha.urls",
    )
    django.setup()
    call_command("migrate", verbosity=0)
    from captcha.models import CaptchaStore
    from captcha.views import captcha_image

    def drawn(code: str) -> bytes:
        row = CaptchaStore.objects.create(challenge=code, response=code)
        png: bytes = captcha_image(RequestFactory().get("/"), row.hashkey).content
        return png

    return drawn


SOURCES: Final[dict[str, Source]] = {
    **{f"ours, {level}": partial(ours, level) for level in CaptchaLevel},
    "captcha (lepture)": lepture,
    "django-simple-captcha": django_simple,
}
