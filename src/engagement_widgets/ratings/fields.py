"""One constructor for each stored field, used alike by form, API and desk."""

from typing import Final

from engagement_widgets.errors import FieldError, Invalid
from engagement_widgets.kernel.text import TextField
from engagement_widgets.ratings.views import SCORES

NOTE: Final = TextField("note", minimum=0, maximum=500, max_bytes=2048, multiline=True)
WHY: Final = TextField("why", minimum=0, maximum=500, max_bytes=2048, multiline=True)
SEARCH: Final = TextField("q", minimum=0, maximum=100, max_bytes=400)


def parse_score(raw: object) -> int:
    """A score of 1–5 from a form's text or an API's number.

    Raises:
        Invalid: `choose_score` for anything else. There is no default and no clamping: a scale that the client
            can stretch is a rating nobody can trust.
    """
    if isinstance(raw, str) and raw in {str(score) for score in SCORES}:
        return int(raw)
    if isinstance(raw, int) and not isinstance(raw, bool) and raw in SCORES:
        return raw
    raise Invalid([FieldError("score", "choose_score")])
