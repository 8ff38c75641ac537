"""What the trained reader needs besides its network: pictures in arrays, codes in classes, and back."""

from benchmarks.captcha.lessons import HEIGHT, PLACES, WIDTH, collapsed, encoded, labelled, plain_lesson, spelled
from benchmarks.captcha.pictures import ours

from engagement_widgets.captcha.codes import ALPHABET, new_code
from engagement_widgets.captcha.levels import STYLES
from engagement_widgets.settings import CaptchaLevel


def test_classes_mean_the_code_they_were_made_of() -> None:
    """Codes of any length come back; behind the end of a short one stands nothing; what is too long is cut."""
    codes = [new_code(length) for length in range(1, PLACES + 1)]
    classes = encoded(codes)
    assert classes.shape == (PLACES, PLACES)
    assert [spelled(row) for row in classes] == codes
    assert [(row > 0).sum() for row in classes] == list(range(1, PLACES + 1))
    assert [spelled(row) for row in encoded([ALPHABET])] == [ALPHABET[:PLACES]]


def test_a_run_of_steps_is_one_symbol() -> None:
    """Whatever lies between two runs makes two symbols of them, also of equal ones; "none" alone is no code."""
    first, second = encoded([ALPHABET[:2]])[0, :2]
    steps = [0, first, first, 0, first, second, second, 0]
    assert collapsed(steps) == ALPHABET[0] + ALPHABET[0] + ALPHABET[1]
    assert collapsed([0, 0, 0]) == ""


def test_pictures_of_every_level_become_one_array() -> None:
    """One size whatever the level, ink and paper apart, and the code that is drawn beside each."""
    samples = [ours(level) for level in CaptchaLevel]
    lesson = labelled(samples)
    assert lesson.pictures.shape == (len(samples), HEIGHT, WIDTH)
    assert all(int(picture.max()) - int(picture.min()) > 60 for picture in lesson.pictures)
    assert [spelled(row) for row in lesson.codes] == [sample.code for sample in samples]


def test_plain_pictures_are_the_same_every_time() -> None:
    """So is the warm start. Codes have the levels' lengths, steps say the same code, no picture is like the first."""
    lesson, again = plain_lesson(30), plain_lesson(30)
    assert (lesson.pictures == again.pictures).all()
    assert (lesson.codes == again.codes).all()
    assert lesson.steps is not None
    assert [collapsed(row) for row in lesson.steps] == [spelled(row) for row in lesson.codes]
    assert {int((row > 0).sum()) for row in lesson.codes} == {style.length for style in STYLES.values()}
    assert all((lesson.pictures[0] != picture).any() for picture in lesson.pictures[1:])
