"""The public figures of a page as a fragment, in HTML and in JSON."""

from engagement_widgets.errors import NotFound
from engagement_widgets.ratings.api import rating_out
from engagement_widgets.ratings.service import SummaryQuery, load_summary
from engagement_widgets.ratings.views import RatingSummary
from engagement_widgets.settings import Settings
from engagement_widgets.storage.units import Tx
from engagement_widgets.web.fragments import FragmentQuery, FragmentSpec

WIDGET = "rating"


def specs(settings: Settings) -> tuple[FragmentSpec[RatingSummary], ...]:
    """The fragment `rating`. A page nobody has rated has one too."""

    def load(tx: Tx, query: FragmentQuery) -> RatingSummary:
        if query.page_id is None:
            raise NotFound("unknown_page")
        return load_summary(tx, SummaryQuery(page_id=query.page_id, minimum=settings.rating_minimum))

    return (
        FragmentSpec(
            widget=WIDGET,
            load=load,
            template="engagement/ratings/summary.html",
            to_json=rating_out,
            topics=lambda query: (str(query.page_id),),
        ),
    )
