"""The spoken code: digits anew each time, nothing but sound in the file, and voices that are checked."""

import io
import itertools
import math
import random
import statistics
import wave
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement_widgets.captcha import speech
from engagement_widgets.captcha.codes import TYPED_LIMIT
from engagement_widgets.captcha.speech import RATE, VOICES, Manner, Voice, fold_digits, load_voices, new_digits, speak
from engagement_widgets.errors import SettingsError
from engagement_widgets.settings import LOCALES, CaptchaLevel

LOCALE = pytest.mark.parametrize("locale", LOCALES)


@pytest.fixture(scope="module")
def voices() -> dict[str, Voice]:
    """The library's own."""
    return dict(load_voices(VOICES))


def heard(wav: bytes) -> list[int]:
    """The samples of a recording, around zero."""
    with wave.open(io.BytesIO(wav)) as reader:
        assert (reader.getnchannels(), reader.getsampwidth(), reader.getframerate()) == (1, 1, RATE)
        return [value - 128 for value in reader.readframes(reader.getnframes())]


def loud_parts(samples: list[int]) -> int:
    """How often the sound rises well above what lies underneath it, in steps of 10 ms smoothed over 70."""
    step = RATE // 100
    energy = [
        statistics.fmean(abs(value) for value in samples[at : at + step]) for at in range(0, len(samples) - step, step)
    ]
    smooth = [statistics.fmean(energy[max(0, at - 3) : at + 4]) for at in range(len(energy))]
    threshold = max(smooth) / 4
    return sum(1 for quiet, loud in itertools.pairwise(smooth) if quiet <= threshold < loud)


@given(st.integers(4, 9))
def test_digits_are_anew_and_never_twins(length: int) -> None:
    """Of the length asked for, no digit twice running."""
    digits = new_digits(length)
    assert len(digits) == length
    assert digits.isdigit()
    assert all(left != right for left, right in itertools.pairwise(digits))


def test_every_digit_comes_about_as_often() -> None:
    """Ten thousand digits: none is rare, at the first place and after."""
    firsts: list[str] = []
    all_of_them: list[str] = []
    for _ in range(2_000):
        digits = new_digits(5)
        firsts.append(digits[0])
        all_of_them += digits
    for found, least in ((firsts, 130), (all_of_them, 850)):
        assert min(found.count(digit) for digit in "0123456789") > least


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("481507", "481507"),
        (" 4 8-1,5.0/7\u200b", "481507"),
        ("４８１５０７", "481507"),
        ("٤٨١٥٠٧", "481507"),
        ("", ""),
        ("48150x", ""),
        ("½", ""),
        ("1" * (TYPED_LIMIT + 1), ""),
        ("\ud800", ""),
    ],
)
def test_what_is_typed_is_read_as_digits(typed: str, digits: str) -> None:
    """Of any script and width, with what people write between them; anything else is no answer."""
    assert fold_digits(typed) == digits


@given(st.text(max_size=300))
def test_reading_what_is_typed_is_idempotent(typed: str) -> None:
    """Whatever is typed, the fold is digits or nothing, and its own fold."""
    digits = fold_digits(typed)
    assert fold_digits(digits) == digits
    assert set(digits) <= set("0123456789")


@LOCALE
@pytest.mark.parametrize("level", CaptchaLevel)
def test_a_recording_is_nothing_but_sound(voices: dict[str, Voice], locale: str, level: CaptchaLevel) -> None:
    """A header of 44 bytes, then samples to the end: no other chunk that could tell anything."""
    wav = speak("481507", voices[locale], level)
    assert wav[:4] == b"RIFF"
    assert wav[8:16] == b"WAVEfmt "
    assert wav[36:40] == b"data"
    assert int.from_bytes(wav[40:44], "little") in {len(wav) - 44, len(wav) - 45}  # padded to an even length
    assert 3 < len(heard(wav)) / RATE < 12


@LOCALE
def test_a_recording_says_as_many_digits_as_the_code_has(voices: dict[str, Voice], locale: str) -> None:
    """What is said stands out of what runs underneath: about one loud part a digit, in the median of twenty."""
    counts = [loud_parts(heard(speak(new_digits(6), voices[locale], CaptchaLevel.EASY))) for _ in range(20)]
    assert 5 <= statistics.median(counts) <= 8


@LOCALE
def test_no_two_recordings_are_alike(voices: dict[str, Voice], locale: str) -> None:
    """The same digits sound differently each time, whatever Python's own generator was seeded with."""
    made = set()
    for _ in range(5):
        random.seed(1)
        made.add(speak("481507", voices[locale]))
    assert len(made) == 5


def test_a_digit_is_read_between_its_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """At half its tempo every second sample is the clip's own, and between two lies their mean; pauses are silent."""
    slow = Manner(tempo=(0.5, 0.5), gap=(0.1, 0.1), babble=0, loudness=(0, 0))
    monkeypatch.setattr(speech, "MANNERS", {CaptchaLevel.EASY: slow})
    clip = [math.sin(at / 9) for at in range(500)]
    samples = heard(speak("3", (array("f", clip),) * 10, CaptchaLevel.EASY))
    pause = RATE // 10
    said, loudest = samples[pause:-pause], max(map(abs, samples))
    assert 127 * 0.7 - 1 <= loudest <= 127
    between = [clip[at // 2] if at % 2 == 0 else (clip[at // 2] + clip[at // 2 + 1]) / 2 for at in range(len(said))]
    assert len(said) == 2 * (len(clip) - 1)
    assert max(abs(found - loudest * wanted) for found, wanted in zip(said, between, strict=True)) <= 1
    assert set(samples[:pause] + samples[-pause:]) == {0}


@LOCALE
def test_no_clip_stands_in_a_recording(voices: dict[str, Voice], locale: str) -> None:
    """No stretch of a clip's samples comes back as it was recorded, so clips cannot be looked up."""
    wav = speak("0123456789", voices[locale])
    for digit in range(10):
        with wave.open(str(VOICES / locale / f"{digit}.wav")) as reader:
            raw = reader.readframes(reader.getnframes())
        pieces = [raw[at : at + 40] for at in range(0, len(raw) - 40, 40)]
        assert not [piece for piece in pieces if max(piece) - min(piece) > 20 and piece in wav]


def _write(path: Path, *, rate: int = 16_000, width: int = 2, channels: int = 1, seconds: float = 0.4) -> None:
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate)
        value = 8_000 if width == 2 else 100
        frames = int(rate * seconds) * channels
        samples = [(value if (at // 20) % 2 else -value) for at in range(frames)]
        if width == 1:
            writer.writeframes(bytes(sample + 128 for sample in samples))
        else:
            writer.writeframes(b"".join(sample.to_bytes(width, "little", signed=True) for sample in samples))


def _site_voice(folder: Path, **shape: int) -> Path:
    for locale in LOCALES:
        for digit in range(10):
            _write(folder / locale / f"{digit}.wav", **shape)
    return folder


@pytest.mark.parametrize("shape", [{}, {"rate": 48_000}, {"rate": 44_100}, {"rate": 8_000, "width": 1}])
def test_a_site_speaks_with_its_own_voice(tmp_path: Path, shape: dict[str, int]) -> None:
    """Ten recordings a language, of any usual rate, brought to ours."""
    voice = load_voices(_site_voice(tmp_path, **shape))["vi"]
    assert [abs(len(clip) - 0.4 * RATE) <= 1 for clip in voice] == [True] * 10
    assert max(map(abs, voice[3])) <= 1
    assert len(heard(speak("3141", voice))) > RATE


def test_a_voice_with_faults_is_refused_by_name(tmp_path: Path) -> None:
    """Missing, of two channels, too long, silent, no sound at all: each file is named."""
    folder = _site_voice(tmp_path)
    (folder / "vi" / "0.wav").unlink()
    _write(folder / "vi" / "1.wav", channels=2)
    _write(folder / "vi" / "2.wav", seconds=3)
    (folder / "vi" / "3.wav").write_bytes(b"RIFF")
    (folder / "vi" / "4.wav").write_bytes(b"no sound, but text")
    _write(folder / "vi" / "5.wav", seconds=0.01)
    _write(folder / "vi" / "6.wav", rate=4_000)
    silent = (folder / "vi" / "7.wav").read_bytes()
    (folder / "vi" / "7.wav").write_bytes(silent[:44] + bytes(len(silent) - 44))
    with pytest.raises(SettingsError) as caught:
        load_voices(folder)
    assert [f"{digit}.wav" in str(caught.value) for digit in range(10)] == [True] * 8 + [False] * 2
