"""Why a comment waits, in words."""

from uuid import uuid4

import pytest

from engagement_widgets.comments.messages import HELD, held_sentence
from engagement_widgets.comments.states import HeldReason
from engagement_widgets.settings import LOCALES

FIGURES: dict[str, str | int | float] = {
    "count": 2,
    "of": str(uuid4()),
    "needed": 3,
    "minutes": 10,
    "rule": "Cờ bạc",
    "name": "Tòa soạn",
    "checker": "Akismet",
    "why": "known",
    "number": "KN-2026-000001",
}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_reason_has_its_sentence(locale: str) -> None:
    """With its figures, in every language."""
    assert set(HELD) == set(HeldReason)
    sentences = {held_sentence(reason, FIGURES, locale) for reason in HeldReason}
    assert len(sentences) == len(HeldReason)
    assert not any("%(" in sentence for sentence in sentences)
    assert any("2" in sentence for sentence in sentences)
