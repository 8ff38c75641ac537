"""Names that look like the newsroom's, and people who only share a syllable with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement_widgets.comments.rules.impostors import NEWSROOM, resembles

PROTECTED = (*NEWSROOM, "Báo Sông Hồng")


@pytest.mark.parametrize(
    ("name", "protected"),
    [
        *(
            (name, "Tòa soạn")
            for name in ("Toa Soan", "Tòa soạn", "Toà soạn", "TOÀ SOẠN", "T0a s0an", "Tòa_Soạn", "toasoan")
        ),
        *(
            (name, "Tòa soạn")
            for name in ("T.ò.a S.o.ạ.n", "t o a s o a n", "Tòa  soạn ✔", "Tòa soạn báo", "Тоа ѕоаn", "TÒAA SOẠNN")
        ),
        *(
            (name, "Tòa soạn")
            for name in ("Ｔòa ｓoạn", "𝐓ò𝐚 𝐬𝐨ạ𝐧", "Tòa\u200b soạn", "To\u0337a\u0337 soan", "So Toà soạn")
        ),
        *((name, "Ban biên tập") for name in ("Ban Biên tập", "BAN BIEN TAP", "B@n b1ên tập", "Ban-biên-tập")),
        *((name, "Admin") for name in ("Admin", "adm1n", "Аdmin", "ADMlN", "a.d.m.i.n", "Admin 2", "ⓐⓓⓜⓘⓝ")),
        *((name, "Quản trị viên") for name in ("Quan tri vien", "Quản  Trị  Viên", "QUẢN TRỊ VIÊN web")),
        *((name, "Báo Sông Hồng") for name in ("Bao Song Hong", "BÁO SÔNG HỒNG", "Báo Sông Hồng online")),
    ],
)
def test_a_borrowed_name_is_recognised(name: str, protected: str) -> None:
    """However it is written; the answer is the name it borrows."""
    assert resembles(name, PROTECTED) == protected


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Toàn",
            "Soạn",
            "Hoa Tòa",
            "Nguyễn Văn Toàn",
            "Lê Soạn",
            "Toàn Soạn",
            "Trần Toa",
            "Ban Mai",
            "Biên Tập",
            "Tập Biên",
        ),
        *(
            "Quản Trị",
            "Viên",
            "Trị Viên",
            "Sông Hồng",
            "Hồng Báo",
            "Adminh",
            "Ad",
            "Minh Ad",
            "Đỗ Toà",
            "An Soạn Tới",
            "",
            "!!!",
        ),
    ],
)
def test_other_people_keep_their_names(name: str) -> None:
    """A syllable is nobody's."""
    assert resembles(name, PROTECTED) is None


def test_a_protected_name_without_letters_protects_nothing() -> None:
    """A site may be called by a sign."""
    assert resembles("!!!", ["★", ""]) is None


@given(st.text(max_size=240))
def test_any_name_can_be_compared(name: str) -> None:
    """Whatever code points it has."""
    assert resembles(name, PROTECTED) in {None, *PROTECTED}
