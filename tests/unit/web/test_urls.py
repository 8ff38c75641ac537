"""Addresses: built from the mount, quoted, never from the request."""

import pytest

from engagement_widgets.web.urls import Urls


@pytest.mark.parametrize("base", ["", "/engagement", "/a/b"])
def test_paths_begin_with_the_mount(base: str) -> None:
    """With and without a mount; a trailing slash of the base does not double."""
    assert Urls(base).path("/ratings") == f"{base}/ratings"
    assert Urls(base + "/").path("/ratings") == f"{base}/ratings"


def test_queries_are_quoted_and_none_is_left_out() -> None:
    """Text of readers can stand in a query."""
    path = Urls("/e").path("/desk", q="được & <b>", page=None, n=3, empty="")
    assert path == "/e/desk?q=%C4%91%C6%B0%E1%BB%A3c+%26+%3Cb%3E&n=3&empty="


def test_paths_are_quoted() -> None:
    """A name with a blank or a question mark stays one path."""
    assert Urls("").path("/links/đối tác?x") == "/links/%C4%91%E1%BB%91i%20t%C3%A1c%3Fx"


def test_absolute_needs_a_public_url() -> None:
    """Without a setting there is no absolute address: the Host header is nobody's word."""
    assert Urls("/e").absolute("/ratings") is None
    public = Urls("/e", "https://news.example/e")
    assert public.absolute("/ratings", page=1) == "https://news.example/e/ratings?page=1"
