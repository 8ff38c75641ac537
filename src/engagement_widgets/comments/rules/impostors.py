"""Names that look like the newsroom's: Toa Soan, TOÀ SOẠN, T0a s0an."""

from collections.abc import Iterable

from engagement_widgets.kernel.text import fold

DEFAULT_PROTECTED = ("Tòa soạn", "Ban biên tập", "Quản trị viên", "Admin")


def resembles(name: str, protected: Iterable[str]) -> str | None:
    """The protected name that this one looks like, or None."""
    shape = fold(name).replace(" ", "")
    return next((one for one in protected if fold(one).replace(" ", "") == shape), None)
