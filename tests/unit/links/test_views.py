"""How links present themselves."""

from uuid import UUID

import pytest
from markupsafe import Markup

from engagement_widgets.links.views import LinkStyle, LinksView, LinkView, links_widget
from engagement_widgets.settings import Settings

SETTINGS = Settings()


@pytest.mark.parametrize(
    ("marks", "rel"),
    [
        ({}, "noopener"),
        ({"nofollow": True}, "nofollow noopener"),
        ({"sponsored": True}, "sponsored noopener"),
        ({"nofollow": True, "sponsored": True}, "nofollow sponsored noopener"),
    ],
)
def test_rel_says_what_the_editor_set(marks: dict[str, bool], rel: str) -> None:
    """`noopener` always, `nofollow` and `sponsored` per link."""
    assert LinkView(id=UUID(int=1), title="A", url="https://a.example/", **marks).rel == rel


def test_blocks_on_one_page_have_ids_of_their_own() -> None:
    """Every combination of group and style has another id."""
    blocks = [LinksView(groups=(), name=name, style=style) for name in (None, "bao-ban") for style in LinkStyle]

    assert [block.id for block in blocks] == [
        "ew-links",
        "ew-links-list",
        "ew-links-bao-ban",
        "ew-links-bao-ban-list",
    ]


@pytest.mark.parametrize(("heading", "below"), [(2, 3), (5, 6), (6, 6)])
def test_groups_stand_one_heading_below(heading: int, below: int) -> None:
    """The groups' headings are one level deeper, as far as HTML goes."""
    assert LinksView(groups=(), heading=heading).group_heading == below


@pytest.mark.parametrize("heading", [0, 1, 7])
def test_a_heading_html_does_not_have_is_a_bug_of_the_host(heading: int) -> None:
    """The host's template is told at once."""
    with pytest.raises(ValueError, match="heading must be"):
        links_widget(SETTINGS, view=LinksView(groups=(), heading=heading), fragment=Markup(), locale="vi")
