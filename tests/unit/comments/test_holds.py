"""Why a comment waits."""

from itertools import product
from uuid import uuid4

import pytest

from engagement_widgets.comments.holds import Facts, held_reasons
from engagement_widgets.comments.messages import HELD, held_sentence
from engagement_widgets.comments.states import HeldReason
from engagement_widgets.hooks import Moderation
from engagement_widgets.settings import LOCALES

TWIN = uuid4()


def held(**values: object) -> dict[HeldReason, dict[str, object]]:
    """The reasons for a comment of which nothing else is known."""
    facts: dict[str, object] = {
        "moderation": Moderation.POST,
        "is_staff": False,
        "known_reader": True,
        "links": 0,
        "twin": None,
        "no_code": False,
    }
    return {hold.reason: dict(hold.params) for hold in held_reasons(Facts(**(facts | values)))}  # type: ignore[arg-type]


def test_published_first_only_what_shows_in_the_comment_itself_holds() -> None:
    """Links, a repeated text, a missing code; being new does not."""
    assert held(known_reader=False) == {}
    assert held(links=2) == {HeldReason.HAS_LINKS: {"count": 2}}
    assert held(twin=TWIN) == {HeldReason.DUPLICATE: {"of": str(TWIN)}}
    assert held(no_code=True) == {HeldReason.NO_CODE: {}}
    assert held(hasty=True) == {HeldReason.HASTY: {}}
    assert held(no_work=True) == {HeldReason.NO_WORK: {}}
    assert held(trapped=True) == {HeldReason.TRAP: {}}
    assert held(crowded=True) == {HeldReason.CROWD: {}}


def test_held_first_every_comment_has_a_reason() -> None:
    """Whatever else is true, the page's rule is named, and a newcomer is said to be one."""
    for known, links, code in product((True, False), (0, 3), (True, False)):
        found = held(moderation=Moderation.PRE, known_reader=known, links=links, no_code=code)
        assert HeldReason.PREMODERATION in found
        assert (HeldReason.FIRST_COMMENT in found) is not known


def test_the_newsroom_is_never_held() -> None:
    """It is who the others wait for."""
    assert held(is_staff=True, moderation=Moderation.PRE, links=3, twin=TWIN, known_reader=False) == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_reason_has_its_sentence(locale: str) -> None:
    """With its figures, in every language."""
    assert set(HELD) == set(HeldReason)
    sentences = {
        held_sentence(reason, {"count": 2, "of": str(TWIN), "number": "KN-2026-000002"}, locale)
        for reason in HeldReason
    }
    assert len(sentences) == len(HeldReason)
    assert not any("%(" in sentence for sentence in sentences)
    assert any("2" in sentence for sentence in sentences)
