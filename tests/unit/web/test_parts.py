"""Parts: made once for equal values, forgotten when room is short."""

from collections.abc import Callable

from markupsafe import Markup

from engagement_widgets.web.parts import BYTES_A_LETTER, Parts


def maker(text: str, made: list[str]) -> Callable[[], Markup]:
    """Makes this text, and notes that it did."""

    def make() -> Markup:
        made.append(text)
        return Markup(text)  # noqa: S704  (the test's own)

    return make


def test_a_part_is_made_once() -> None:
    """Equal keys share what was made; another key does not."""
    parts, made = Parts(1000), list[str]()
    assert parts.get(("vi", 1), maker("một", made)) == "một"
    assert parts.get(("vi", 1), maker("hai", made)) == "một"
    assert parts.get(("en", 1), maker("one", made)) == "one"
    assert made == ["một", "one"]


def test_the_least_used_goes_first() -> None:
    """Beyond its limit it forgets what was asked for longest ago."""
    parts, made = Parts(10 * BYTES_A_LETTER), list[str]()
    for name in ("aaaaa", "bbbbb", "aaaaa", "ccccc", "aaaaa", "bbbbb"):
        assert parts.get(name, maker(name, made)) == name
    assert made == ["aaaaa", "bbbbb", "ccccc", "bbbbb"]


def test_what_finds_no_room_is_made_each_time() -> None:
    """A limit of nothing remembers nothing, and still answers."""
    parts, made = Parts(0), list[str]()
    assert [parts.get("a", maker("a", made)) for _ in range(2)] == ["a", "a"]
    assert made == ["a", "a"]
