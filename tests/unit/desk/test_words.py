"""The desk's own words: spans of time, devices, excerpts."""

from datetime import timedelta

import pytest

from engagement_widgets.comments.display import excerpt
from engagement_widgets.desk.agents import agent_name
from engagement_widgets.desk.reasons import REASONS, reason_sentence
from engagement_widgets.desk.words import rough_span, span
from engagement_widgets.errors import Invalid


@pytest.mark.parametrize(
    ("length", "vi", "en"),
    [
        (timedelta(seconds=20), "chưa đầy 1 phút", "less than a minute"),
        (timedelta(minutes=1), "1 phút", "1 minute"),
        (timedelta(minutes=34, seconds=59), "34 phút", "34 minutes"),
        (timedelta(hours=5), "5 giờ", "5 hours"),
        (timedelta(hours=2, minutes=55), "2 giờ 55 phút", "2 hours 55 minutes"),
        (timedelta(days=1, hours=3), "1 ngày", "1 day"),
        (timedelta(days=12), "12 ngày", "12 days"),
    ],
)
def test_a_span_is_said_as_people_say_it(length: timedelta, vi: str, en: str) -> None:
    """In its two largest units; from a day on the day is enough."""
    assert span(length, "vi") == vi
    assert span(length, "en") == en


def test_a_rough_span_has_one_unit() -> None:
    """For "the oldest waits 5 hours"."""
    assert rough_span(timedelta(hours=5, minutes=59), "vi") == "5 giờ"
    assert rough_span(timedelta(seconds=5), "vi") == "chưa đầy 1 phút"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0 Safari/537.36",
            "Chrome, Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/128.0 Safari/537.36 Edg/128.0", "Edge, Windows"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_a_device_is_named_so_that_its_owner_knows_it(agent: str, name: str) -> None:
    """Every browser claims to be several; the right one is found."""
    assert agent_name(agent) == name


def test_an_excerpt_ends_at_a_word_and_stays_on_one_line() -> None:
    """Short texts stay whole; long ones end with an ellipsis, never inside a word."""
    assert excerpt("Hai\ndòng  chữ", 40) == "Hai dòng chữ"
    assert excerpt("một hai ba, bốn năm", 12) == "một hai ba…"
    assert len(excerpt("a" * 500, 90)) == 91


def test_every_reason_has_its_sentence_in_each_language() -> None:
    """The author reads it in the language of the page."""
    for reason in REASONS:
        assert reason_sentence(reason.code, "vi") == reason.sentence
        assert reason_sentence(reason.code, "en") != reason.sentence
    with pytest.raises(Invalid):
        reason_sentence("because", "vi")
