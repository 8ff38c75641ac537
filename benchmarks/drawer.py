"""Draws pictures with one library and prints, as JSON, the milliseconds and the bytes of each.

Run as a script by the Python of the library's own environment: two of them are both imported as `captcha`.
"""

import json
import secrets
import string
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace

_WARM = 10


def ours(level: str) -> Callable[[], bytes]:
    """This library at a level."""
    from engagement_widgets.captcha.ahead import draw_new
    from engagement_widgets.settings import CaptchaLevel

    return lambda: draw_new(CaptchaLevel(level)).picture.png


def lepture(length: str) -> Callable[[], bytes]:
    """The package `captcha` with its defaults."""
    from captcha.image import ImageCaptcha  # type: ignore[import-not-found, unused-ignore]

    drawer, number = ImageCaptcha(), int(length)
    return lambda: bytes(drawer.generate(_code(number)).getvalue())


def django(length: str) -> Callable[[], bytes]:
    """The package `django-simple-captcha` with its defaults, its database left out."""
    import django as framework  # type: ignore[import-not-found, unused-ignore]
    from django.conf import settings  # type: ignore[import-not-found, unused-ignore]

    settings.configure(INSTALLED_APPS=["captcha"], SECRET_KEY=secrets.token_hex())
    framework.setup()
    from captcha.views import _captcha_image  # type: ignore[import-not-found, unused-ignore]

    number = int(length)
    return lambda: bytes(_captcha_image(SimpleNamespace(challenge=_code(number)), 1).content)


def _code(length: int) -> str:
    return "".join(secrets.choice(string.ascii_uppercase) for _ in range(length))


def main() -> None:
    """`drawer.py LIBRARY VARIANT COUNT`."""
    library, variant, count = sys.argv[1:]
    draw = {"ours": ours, "lepture": lepture, "django": django}[library](variant)
    for _ in range(_WARM):
        draw()
    taken, sizes = [], []
    for _ in range(int(count)):
        began = time.perf_counter()
        picture = draw()
        taken.append((time.perf_counter() - began) * 1000)
        sizes.append(len(picture))
    print(json.dumps({"milliseconds": taken, "bytes": sizes}))


if __name__ == "__main__":
    main()
