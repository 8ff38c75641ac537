"""With a Vietnamese keyboard left on, a code is typed as it is shown."""

import secrets
import string

import pytest

from engagement_widgets.captcha.codes import fold, new_code
from vietnamese_keyboards import METHODS, QUICK_TELEX, TELEX, VIQR, VNI, Method, compose


@pytest.mark.parametrize(
    ("method", "keys", "text"),
    [
        (TELEX, "Tieengs Vieetj DDaf Nawngx cuwar", "Tiếng Việt Đà Nẵng cửa"),
        (VNI, "Tie6ng1 Vie65t D9a2 Na8ng4 cu7a3", "Tiếng Việt Đà Nẵng cửa"),
        (VIQR, "Tie^ng' Vie^.t DDa` Na(ng~ cu+a?", "Tiếng Việt Đà Nẵng cửa"),
        (QUICK_TELEX, "ccanj kkoong", "chạn không"),
        (TELEX, "w hoaf thuyr", "ư hòa thủy"),
    ],
)
def test_the_keyboards_write_vietnamese(method: Method, keys: str, text: str) -> None:
    """The machine makes of the keys what a reader's keyboard makes of them."""
    assert compose(method, keys) == text


def test_the_keyboards_spoil_a_common_alphabet() -> None:
    """Of codes of all letters and digits they change a good part, so there is something to be safe from."""
    codes = ["".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(6)) for _ in range(1_000)]
    spoiled = [code for code in codes if any(compose(method, code) != code for method in METHODS.values())]
    assert len(spoiled) > 300


def test_ten_thousand_codes_are_accepted_as_the_keyboards_leave_them() -> None:
    """Whatever the method, in capitals or small letters, in one run or in two."""
    for _ in range(10_000):
        code = new_code()
        for method in METHODS.values():
            for keys in (code, code.lower(), f"{code[:3]} {code[3:].lower()}"):
                assert fold(compose(method, keys)) == code
