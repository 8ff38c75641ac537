"""A site's own faces join ours, and what cannot be drawn with is told by its name."""

import shutil
from pathlib import Path

import pytest

from engagement_widgets.app.own_captcha import own_captcha
from engagement_widgets.captcha import faces
from engagement_widgets.captcha.codes import ALPHABET, new_code
from engagement_widgets.captcha.faces import load_faces
from engagement_widgets.captcha.picture import draw
from engagement_widgets.errors import SettingsError
from engagement_widgets.kernel.clock import SystemClock
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.settings import CaptchaLevel, Settings
from engagement_widgets.storage.units import Storage

OURS = Path(faces.__file__).parent / "fonts"


def test_own_faces_are_added_to_ours(tmp_path: Path) -> None:
    """A folder's fonts stand beside ours for who names it, and for nobody else."""
    shutil.copy(OURS / "ew-4.ttf", tmp_path / "one.TTF")
    shutil.copy(OURS / "ew-7.otf", tmp_path / "two.otf")
    (tmp_path / "LICENSE.txt").write_text("free")
    assert len(load_faces(tmp_path)) == len(load_faces()) + 2
    assert len(load_faces()) == 8
    assert all(set(face) == set(ALPHABET) for face in load_faces(tmp_path))
    assert draw(new_code(), CaptchaLevel.HARD, tmp_path).png


def test_every_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """No font at all, and one whose table of characters is missing so that each is drawn as its box, in one error."""
    (tmp_path / "broken.ttf").write_bytes(b"not a font")
    (tmp_path / "short.ttf").write_bytes((OURS / "ew-1.ttf").read_bytes().replace(b"cmap", b"xmap", 1))
    with pytest.raises(SettingsError) as told:
        load_faces(tmp_path)
    first, second = told.value.problems
    assert first.startswith(f"ENGAGEMENT_CAPTCHA_FONTS: {tmp_path / 'broken.ttf'}: ")
    assert second == f"ENGAGEMENT_CAPTCHA_FONTS: {tmp_path / 'short.ttf'}: lacks {' '.join(ALPHABET)}"


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_a_folder_without_fonts_is_told(tmp_path: Path, name: str) -> None:
    """Empty or missing: the setting would change nothing, so it is a mistake."""
    with pytest.raises(SettingsError, match=f"ENGAGEMENT_CAPTCHA_FONTS: {tmp_path / name}: "):
        load_faces(tmp_path / name)


def test_the_boot_tells_it(tmp_path: Path, storage: Storage) -> None:
    """Not the first reader who asks for a picture."""
    settings = Settings(captcha_fonts=tmp_path)
    with pytest.raises(SettingsError, match="ENGAGEMENT_CAPTCHA_FONTS"):
        own_captcha(settings, storage, Secrets(["k" * 32]), SystemClock())
