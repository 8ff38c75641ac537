"""Ratings, moderated comments, an image captcha and linked websites that any news site can mount."""

from engagement_widgets.app.compose import Widgets
from engagement_widgets.app.counts import Counts
from engagement_widgets.app.engagement import Engagement
from engagement_widgets.app.recent import RecentWidget
from engagement_widgets.comments.recent_views import RecentComment
from engagement_widgets.hooks import DeskUser, HostUser, Moderation, Page, PageRules, Role
from engagement_widgets.ratings.ranking import RatedPage
from engagement_widgets.settings import Settings
from engagement_widgets.web.layout import HtmlFileLayout

__all__ = [
    "Counts",
    "DeskUser",
    "Engagement",
    "HostUser",
    "HtmlFileLayout",
    "Moderation",
    "Page",
    "PageRules",
    "RatedPage",
    "RecentComment",
    "RecentWidget",
    "Role",
    "Settings",
    "Widgets",
]

__version__ = "0.1.0"
