"""The public comments of a page as fragments, in HTML and in JSON."""

from engagement_widgets.comments.api import comment_list_out
from engagement_widgets.comments.reading import PARAMS, Address, load_comments, parse_address, signed
from engagement_widgets.comments.views import CommentList
from engagement_widgets.errors import NotFound
from engagement_widgets.kernel.signing import Secrets
from engagement_widgets.settings import Settings
from engagement_widgets.storage.units import Tx
from engagement_widgets.web.fragments import FragmentQuery, FragmentSpec

WIDGET = "comments"


def specs(settings: Settings, secrets: Secrets) -> tuple[FragmentSpec[CommentList], ...]:
    """The fragment `comments`. A page nobody has written on has one too."""

    def address(query: FragmentQuery) -> Address:
        if query.page_id is None:
            raise NotFound("unknown_page")
        return parse_address(secrets, query.page_id, settings.page_size, query.params)

    def load(tx: Tx, query: FragmentQuery) -> CommentList:
        return signed(secrets, load_comments(tx, address(query)))

    def check(query: FragmentQuery) -> None:
        address(query)

    return (
        FragmentSpec(
            widget=WIDGET,
            load=load,
            template="engagement/comments/list.html",
            to_json=comment_list_out,
            topics=lambda query: (str(query.page_id),),
            params=PARAMS,
            check=check,
        ),
    )
