"""The library's own captcha, where the host brings none."""

from engagement_widgets.app.brake import CaptchaBrake
from engagement_widgets.captcha.faces import load_faces
from engagement_widgets.captcha.provider import ImageCaptcha
from engagement_widgets.captcha.speech import VOICES, load_voices
from engagement_widgets.hooks import Clock
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.settings import Settings
from engagement_widgets.storage.units import Storage


def own_captcha(settings: Settings, storage: Storage, secrets: Secrets, clock: Clock) -> ImageCaptcha:
    """The library's own captcha, as the settings say.

    Raises:
        SettingsError: when the site's own faces or voice cannot be used.
    """
    if settings.captcha_fonts is not None:
        load_faces(settings.captcha_fonts)  # told at boot, not by the first picture
    voices = load_voices(settings.captcha_voice or VOICES) if settings.captcha_speech else None
    captcha = ImageCaptcha(
        storage=storage,
        secrets=secrets,
        clock=clock,
        level=settings.captcha_level,
        fonts=settings.captcha_fonts,
        voices=voices,
        is_bound=settings.captcha_bound,
        work_bits=settings.captcha_work,
        has_picture=settings.captcha_picture,
    )
    if settings.brake:
        captcha.brake = CaptchaBrake(storage, clock)
    return captcha
