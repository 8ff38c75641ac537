"""Every counter of the site compared with its rows, a bounded transaction at a time where the slice allows it."""

from collections.abc import Iterator

from engagement_widgets.comments import recount as comments
from engagement_widgets.comments.search.index import CheckIndex, check_index
from engagement_widgets.ratings import recount as ratings
from engagement_widgets.storage.units import Storage


def recount_everything(storage: Storage, *, repair: bool) -> list[str]:
    """One line a figure that differs; with `repair` it is right afterwards."""
    return [
        *_rating_lines(storage, repair=repair),
        *_comment_lines(storage, repair=repair),
        *_search_lines(storage, repair=repair),
    ]


def _rating_lines(storage: Storage, *, repair: bool) -> Iterator[str]:
    run = storage.write_sync if repair else storage.read_sync
    command: ratings.Recount | None = ratings.Recount(repair=repair)
    while command is not None:
        found = run(ratings.recount, command)
        for item in found.differences:
            yield f"ratings of page {item.page_id}: kept {item.kept.counts}, counted {item.counted.counts}"
        for tally in found.tallies:
            yield f"ratings of page {tally.page_id} in {tally.period}: kept {tally.kept}, counted {tally.counted}"
        command = None if found.next_after is None else ratings.Recount(after=found.next_after, repair=repair)
    if (whole := run(ratings.recount_site, repair)) is not None:
        yield f"ratings of the site: kept {whole.kept.counts}, counted {whole.counted.counts}"


def _comment_lines(storage: Storage, *, repair: bool) -> Iterator[str]:
    found = (storage.write_sync if repair else storage.read_sync)(comments.recount, comments.Recount(repair=repair))
    for name, figures in (
        ("page", found.pages),
        ("queue,", found.shelves),
        ("replies of", found.replies),
        ("likes of", found.likes),
        ("open reports of", found.reported),
        ("rank of", found.ranks),
    ):
        for subject, (kept, counted) in figures.items():
            yield f"comments, {name} {subject}: kept {kept}, counted {counted}"


def _search_lines(storage: Storage, *, repair: bool) -> Iterator[str]:
    run = storage.write_sync if repair else storage.read_sync
    command: CheckIndex | None = CheckIndex(repair=repair)
    while command is not None:
        found = run(check_index, command)
        for comment_id in found.wrong:
            yield f"search, comment {comment_id}: its words are not those of its name and text"
        command = None if found.next_after is None else CheckIndex(after=found.next_after, repair=repair)
