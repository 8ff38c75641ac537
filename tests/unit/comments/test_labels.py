"""What all comments say alike is made once, and says the right thing in each."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from engagement_widgets.comments.views import CommentView
from engagement_widgets.settings import Settings
from engagement_widgets.web.assets import Assets
from engagement_widgets.web.templating import Templates
from engagement_widgets.web.urls import Urls

COMMENT = "engagement/comments/comment.html"
MOMENT = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)


class CountingUrls(Urls):
    """Addresses that are counted."""

    asked = 0

    def path(self, path: str, /, **query: object) -> str:
        """The same address."""
        self.asked += 1
        return super().path(path, **query)


def _comment(number: int, name: str) -> CommentView:
    return CommentView(
        id=UUID(int=number),
        parent_id=UUID(int=0),
        gone=False,
        name=name,
        body="Chợ nay đông quá",
        is_staff=False,
        submitted_at=MOMENT,
        answers="Lan <b>",
    )


@pytest.mark.parametrize(("locale", "of_mai", "to_lan"), [("vi", "của Mai", "trả lời Lan"), ("en", "Mai", "Lan")])
def test_each_comment_names_its_own_author(locale: str, of_mai: str, to_lan: str) -> None:
    """Escaped, below the mount, and however many comments there are, addresses are asked for as often as for one."""
    urls = CountingUrls("/engagement")
    templates = Templates(Settings(), Assets(urls), urls)
    first = templates.render(COMMENT, locale, comment=_comment(1, "Mai & %(name)s"), own=None)
    asked = urls.asked
    second = templates.render(COMMENT, locale, comment=_comment(2, "Hòa"), own=None)
    assert urls.asked == asked
    assert f"{of_mai} &amp; %(name)s" in first
    assert f"{to_lan} &lt;b&gt;" in first
    assert f'href="/engagement/comments/{UUID(int=2)}/reply"' in second
    assert "Mai" not in second
