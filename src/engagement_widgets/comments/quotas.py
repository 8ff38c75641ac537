"""How many comments come from one reader and from one address, counted in the unit that stores them."""

import hashlib
from datetime import timedelta

from engagement_widgets.comments.sending import Submission
from engagement_widgets.errors import TooMany
from engagement_widgets.storage.quotas import spend, spend_spaced
from engagement_widgets.storage.units import Tx

# Of one reader, the first ever not counted.
QUOTA = 10
# From one address, which thousands may share. It closes the lane without a code, never the way with one.
NO_CODE_QUOTA = 20
# Of readers from one address of whom nothing was approved yet; the others are taken as well, and held for it. So a
# machine that changes its cookies does not fill the queue in the name of the many behind its address.
NEWCOMERS = 5
QUOTA_WINDOW = timedelta(minutes=10)


def spend_quota(tx: Tx, sent: Submission) -> None:
    """Count a comment on its way in.

    Raises:
        TooMany: `too_many_comments`, `no_code_busy`.
    """
    if sent.is_staff:
        return
    if sent.no_code and sent.address_hash:
        wait = spend(tx, f"comment-no-code:{sent.address_hash}", NO_CODE_QUOTA, QUOTA_WINDOW)
        if wait is not None:
            raise TooMany("no_code_busy", retry_after=wait)
    if sent.is_new:  # the first comment opens no bucket: most readers write once, and would leave a row each
        return
    spend_writing(tx, sent.reader)


def spend_writing(tx: Tx, reader: str) -> None:
    """Count one comment, or one change of a comment, of this reader.

    Raises:
        TooMany: `too_many_comments`.
    """
    # hashed, because a host's user id may be longer than a bucket's name
    bucket = f"comment:{hashlib.sha256(reader.encode()).hexdigest()}"
    wait = spend(tx, bucket, QUOTA, QUOTA_WINDOW)
    if wait is not None:
        raise TooMany("too_many_comments", retry_after=wait)


def is_crowded(tx: Tx, sent: Submission) -> bool:
    """Whether this address has used up what its newcomers may send without being held for it. Counts.

    What another mark holds takes no room from the others.
    """
    is_marked = sent.no_code or sent.hasty or sent.no_work or sent.trapped
    if sent.is_staff or is_marked or not sent.address_hash or not sent.reader.startswith("r:"):
        return False
    return not spend_spaced(tx, f"comment-new:{sent.address_hash}", NEWCOMERS, QUOTA_WINDOW)
