"""Says a code of digits, differently each time: the captcha for people who cannot see the picture.

It is the weaker door. Ten clips are easier to tell apart than warped letters, and what varies here (speed, pitch, gaps,
loudness, and speech played backwards underneath) makes a listening program dearer and stops none that was trained. What
carries it are the limits around it and the moderators behind it.
"""

import io
import secrets
import unicodedata
import wave
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from engagement_widgets.captcha.codes import TYPED_LIMIT
from engagement_widgets.errors import SettingsError
from engagement_widgets.settings import LOCALES, CaptchaLevel

if TYPE_CHECKING:
    from PIL import Image

Voice: TypeAlias = tuple["array[float]", ...]  # the ten digits, samples from -1 to 1 at RATE

RATE: Final = 8_000
"""Samples a second, as on a telephone: enough for digits, and small."""

VOICES: Final = Path(__file__).parent / "voices"

_RATES = range(8_000, 48_001)
_LONGEST = 2  # seconds of one digit
_SEPARATORS = frozenset(" \t\r\n.,;-_/")

_random = secrets.SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a level speaks.

    Attributes:
        tempo: slowest and fastest a digit is said, of what was recorded; its pitch goes with it.
        gap: shortest and longest pause between two digits, in seconds.
        babble: how many layers of speech run backwards underneath.
        loudness: of each layer, of the digits'.
    """

    tempo: tuple[float, float]
    gap: tuple[float, float]
    babble: int
    loudness: tuple[float, float]


MANNERS: Final[Mapping[CaptchaLevel, Manner]] = MappingProxyType(
    {
        CaptchaLevel.EASY: Manner(tempo=(0.92, 1.05), gap=(0.5, 0.9), babble=1, loudness=(0.08, 0.14)),
        CaptchaLevel.NORMAL: Manner(tempo=(0.88, 1.1), gap=(0.4, 0.9), babble=2, loudness=(0.1, 0.2)),
        CaptchaLevel.HARD: Manner(tempo=(0.84, 1.16), gap=(0.35, 0.9), babble=3, loudness=(0.12, 0.24)),
    }
)


def new_digits(length: int) -> str:
    """Choose a spoken code. No digit comes twice running: twins in different voices sound like one said again."""
    digits = [_random.randrange(10)]
    while len(digits) < length:
        following = _random.randrange(9)
        digits.append(following + (following >= digits[-1]))
    return "".join(map(str, digits))


def fold_digits(typed: str) -> str:
    """The digits of what was typed, of any script and width, without what people write between them; else ""."""
    if len(typed) > TYPED_LIMIT:
        return ""
    digits = []
    for character in typed:
        value = unicodedata.digit(character, None)
        if value is not None:
            digits.append(str(value))
        elif character not in _SEPARATORS and unicodedata.category(character) not in {"Zs", "Cf"}:
            return ""
    return "".join(digits)


def speak(digits: str, voice: Voice, level: CaptchaLevel = CaptchaLevel.NORMAL) -> bytes:
    """Say these digits once: a WAV of one channel with 8 bits a sample, 40–70 kB. Call it in a worker thread.

    Sounds are pictures one pixel high while they are put together: Pillow reads between samples and adds them up many
    times as fast as Python does.
    """
    from PIL import Image, ImageMath

    manner = MANNERS[level]
    said = [_said(voice[int(digit)], manner, _random.uniform(0.7, 1.0)) for digit in digits]
    gaps = [_gap(manner) for _ in range(len(said) + 1)]
    ends = list(accumulate(gap + sound.width for gap, sound in zip(gaps, said, strict=False)))
    track = Image.new("F", (ends[-1] + gaps[-1], 1))
    for sound, end in zip(said, ends, strict=True):
        track.paste(sound, (end - sound.width, 0))
    for _ in range(manner.babble):
        layer = _babble(track.width, voice, manner)
        track = ImageMath.lambda_eval(lambda sounds: sounds["above"] + sounds["under"], above=track, under=layer)
    return _wav(track)


def _gap(manner: Manner) -> int:
    return round(RATE * _random.uniform(*manner.gap))


def _said(clip: "array[float]", manner: Manner, loudness: float) -> "Image.Image":
    """A clip at a tempo and a loudness of its own, read between its samples."""
    from PIL import Image

    tempo = _random.uniform(*manner.tempo)
    size = (int((len(clip) - 1) / tempo), 1)
    # Pillow counts from a pixel's middle: sample 0 is read at place 0, sample n at n times the tempo
    places = (tempo, 0, (1 - tempo) / 2, 0, 1, 0)
    sound = Image.frombytes("F", (len(clip), 1), clip.tobytes())
    said = sound.transform(size, Image.Transform.AFFINE, places, Image.Resampling.BILINEAR)
    return said.point(lambda sample: sample * loudness)


def _babble(length: int, voice: Voice, manner: Manner) -> "Image.Image":
    """Speech that says nothing, to lie under everything: clips backwards, one after the other, with no pause."""
    from PIL import Image

    layer = Image.new("F", (length, 1))
    start = _random.randrange(RATE // 4)
    while start < length:
        piece = _said(_random.choice(voice)[::-1], manner, _random.uniform(*manner.loudness))
        layer.paste(piece, (start, 0))
        start += piece.width
    return layer


def _wav(track: "Image.Image") -> bytes:
    least, most = cast("tuple[float, float]", track.getextrema())
    scale = 127 / max(1.0, -least, most)
    target = io.BytesIO()
    with wave.open(target, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(1)
        writer.setframerate(RATE)
        writer.writeframes(track.point(lambda sample: sample * scale + 128.5).convert("L").tobytes())
    return target.getvalue()


@cache
def load_voice(folder: Path, locale: str) -> Voice:
    """The ten digits `<folder>/<locale>/0.wav` … `9.wav`: one channel, 8 or 16 bit, 8–48 kHz, two seconds at most.

    Raises:
        SettingsError: naming every file that is missing or something else.
    """
    clips, problems = [], []
    for digit in range(10):
        path = folder / locale / f"{digit}.wav"
        try:
            clips.append(_clip(path))
        except (OSError, EOFError, ValueError, wave.Error) as error:
            problems.append(f"ENGAGEMENT_CAPTCHA_VOICE: {path}: {error}")
    if problems:
        raise SettingsError(problems)
    return tuple(clips)


def load_voices(folder: Path) -> Mapping[str, Voice]:
    """The voices of every language that a page can have.

    Raises:
        SettingsError: naming every file that is missing or something else.
    """
    return {locale: load_voice(folder, locale) for locale in LOCALES}


def _clip(path: Path) -> "array[float]":
    with wave.open(str(path), "rb") as reader:
        rate, width = reader.getframerate(), reader.getsampwidth()
        if reader.getnchannels() != 1 or width not in {1, 2} or rate not in _RATES:
            raise ValueError("not one channel of 8 or 16 bit at 8 to 48 kHz")
        if not RATE // 20 <= reader.getnframes() * RATE // rate <= _LONGEST * RATE:
            raise ValueError(f"not between 0.05 and {_LONGEST} seconds long")
        raw = reader.readframes(reader.getnframes())
    if width == 1:
        samples = [value - 128 for value in raw]
    else:
        samples = [int.from_bytes(raw[at : at + 2], "little", signed=True) for at in range(0, len(raw) - 1, 2)]
    loudest = max(map(abs, samples))
    if not loudest:
        raise ValueError("silent")
    return array("f", [sample / loudest for sample in _at_rate(samples, rate)])


def _at_rate(samples: list[int], rate: int) -> list[float]:
    """Samples at RATE: each the mean of those it stands for, which keeps what is too high for it out."""
    step = rate / RATE
    edges = [round(number * step) for number in range(int(len(samples) / step) + 1)]
    return [sum(samples[a:b]) / (b - a) for a, b in pairwise(edges)]
