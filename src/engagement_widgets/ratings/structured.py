"""A page's rating as structured data, for hosts whose page type may carry one. Nothing of ours prints it by itself."""

from dataclasses import replace

from engagement_widgets.ratings.views import SCORES, RatingSummary


def aggregate_rating(summary: RatingSummary) -> dict[str, str | int] | None:
    """An `AggregateRating` of schema.org for the host's own node, under `aggregateRating`; None without a vote.

    `ratingValue` is the mean rounded half up to one decimal, as text with a dot: schema.org wants a full stop for the
    decimal point and no other sign in a number, whatever the language of the page (https://schema.org/ratingValue).
    """
    score = replace(summary, minimum=1).score
    if score is None:
        return None
    return {
        "@type": "AggregateRating",
        "ratingValue": str(score),
        "ratingCount": summary.count,
        "bestRating": SCORES[-1],
        "worstRating": SCORES[0],
    }
