"""A page's rating as structured data, for hosts whose page type may carry one. Nothing of ours prints it by itself."""

from engagement_widgets.ratings.views import SCORES, Totals, shown_average


def aggregate_rating(totals: Totals) -> dict[str, str | int] | None:
    """An `AggregateRating` of schema.org for the host's own node, under `aggregateRating`; None without a vote.

    `ratingValue` is the mean rounded half up to one decimal, as text with a dot: schema.org wants a full stop for the
    decimal point and no other sign in a number, whatever the language of the page (https://schema.org/ratingValue).
    """
    if totals.average is None:
        return None
    return {
        "@type": "AggregateRating",
        "ratingValue": str(shown_average(totals.average)),
        "ratingCount": totals.count,
        "bestRating": SCORES[-1],
        "worstRating": SCORES[0],
    }
