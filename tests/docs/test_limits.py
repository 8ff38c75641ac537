"""The page of limits tells the figures of the code."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TypeAlias

from engagement_widgets.app.counts import MOST_PAGES
from engagement_widgets.app.postman import LETTER_LIFE
from engagement_widgets.captcha.failures import COOL_DOWN
from engagement_widgets.captcha.service import LIFETIME
from engagement_widgets.comments import fields, receipt_codes, receipt_cookie
from engagement_widgets.comments.cases import opening
from engagement_widgets.comments.cases.fields import _PHONE_TEXT, MOST_COMMENTS, STATEMENT
from engagement_widgets.comments.letters.addresses import ASKED_PER_NETWORK, ASKED_WINDOW, UNCONFIRMED_LIFE
from engagement_widgets.comments.letters.due import REPLIES_APART
from engagement_widgets.comments.likes import service as likes
from engagement_widgets.comments.likes.dropping import SPACE
from engagement_widgets.comments.listing import REPLIES_SHOWN, THREAD_SIZE
from engagement_widgets.comments.ownership import RECEIPT_LIFE
from engagement_widgets.comments.pinned import MOST_PINNED
from engagement_widgets.comments.quotas import NEWCOMERS, NO_CODE_QUOTA, QUOTA, QUOTA_WINDOW
from engagement_widgets.comments.receipts import MINE_SHOWN
from engagement_widgets.comments.recent import MOST_RECENT
from engagement_widgets.comments.reports import service as reports
from engagement_widgets.comments.reports.reasons import TEXT as REPORT_TEXT
from engagement_widgets.comments.search import finding
from engagement_widgets.comments.search import words as search_words
from engagement_widgets.comments.threads import MOST_DEPTH
from engagement_widgets.desk import account_fields, admission, journal_routes, passwords, place, sessions
from engagement_widgets.kernel.characters import MOST_MARKS
from engagement_widgets.kernel.text import TextField
from engagement_widgets.links import url as link_url
from engagement_widgets.links.fields import GROUP_TITLE, TITLE
from engagement_widgets.pages import reference
from engagement_widgets.ratings import desk_reading, desk_screen, export
from engagement_widgets.ratings import fields as rating_fields
from engagement_widgets.ratings.ranking import MOST_RANKED
from engagement_widgets.ratings.service import CHANGES_ALLOWED, CHANGES_WINDOW
from engagement_widgets.web import forms, identity
from engagement_widgets.web.json_bodies import LIMIT_DEPTH
from engagement_widgets.web.throttle import RATES
from manual import read, rows

Figures: TypeAlias = tuple[int, ...]


def text(field: TextField) -> Figures:
    """Least (where there is one), most, and bytes where they say more."""
    least = (field.minimum,) if field.minimum else ()
    most = (field.maximum,) if field.maximum != field.max_bytes else ()
    return (*least, *most, field.max_bytes)


def spans(length: timedelta, unit: str) -> Figures:
    """A length of time as one whole number of a unit."""
    return (int(length / timedelta(**{unit: 1})),)


EXPECTED: Mapping[str, Figures] = {
    "Name of an author": text(fields.NAME),
    "Combining marks on one letter: refused beyond in a name, not shown beyond elsewhere": (MOST_MARKS,),
    "Text of a comment": (fields.BODY.minimum, fields.BODY.maximum, fields.BODY.max_bytes // 1024),
    "E-mail address": text(fields._EMAIL_TEXT),
    "Moderator's note": text(fields.NOTE),
    "Text of a report": text(REPORT_TEXT),
    "Statement of a notice": (STATEMENT.minimum, STATEMENT.maximum, STATEMENT.max_bytes // 1024),
    "Telephone number of a notice": text(_PHONE_TEXT),
    "Private note of a reader": text(rating_fields.NOTE),
    "Reason of a decision about a rating": text(rating_fields.WHY),
    "Search for a rated page": text(rating_fields.SEARCH),
    "Key of a page": text(reference._KEY),
    "URL of a page": (reference.MAX_URL_BYTES,),
    "Title of a page": text(reference._TITLE),
    "Section of a page": text(reference._SECTION),
    "Language tag of a page": text(reference._LOCALE),
    "Title of a link": text(TITLE),
    "Title of a link group": text(GROUP_TITLE),
    "URL of a link": (link_url.MAX_BYTES,),
    "Login at the desk": (account_fields.LOGIN_MAXIMUM,),
    "Password at the desk": (passwords.MINIMUM, passwords.MAXIMUM),
    "Body": (forms.LIMIT_BYTES // 1024,),
    "Fields of a form or query": (forms.LIMIT_FIELDS,),
    "Time to receive a body": (int(forms.RECEIVE_SECONDS),),
    "Depth of JSON": (LIMIT_DEPTH,),
    "Pages in one call of `/counts`": (MOST_PAGES,),
    "Comments in one notice": (MOST_COMMENTS,),
    "Pages in one ranking": (MOST_RANKED,),
    "Comments in one list of recent comments": (MOST_RECENT,),
    "Rows of one read of an export": (export.BATCH,),
    "Replies shown under a comment at first": (REPLIES_SHOWN,),
    "Replies on one page of a thread": (THREAD_SIZE,),
    "Pinned comments of a page": (MOST_PINNED,),
    "Levels to which replies are indented": (1, MOST_DEPTH),
    "Comments on one page of the queue": (place.PAGE_SIZE,),
    "Entries on one page of the journal": (journal_routes.PAGE_SIZE,),
    "Rated pages on one page of the list": (desk_screen.PAGE_SIZE,),
    "Flagged pages in front of it": (desk_reading.MOST_FLAGGED,),
    "Rated pages looked through in one search": (desk_reading.MOST_SEARCHED,),
    "Characters read of a search for comments": (search_words.MOST_QUERY,),
    "Words read of a search for comments": (search_words.MOST_WORDS,),
    "Characters compared of one of its words": (search_words.LONGEST_WORD,),
    "Comments looked through for one page of a search": (finding.MOST_CANDIDATES,),
    "Private notes shown with a page's rating": (desk_reading.MOST_NOTES,),
    "Decisions shown with a page's rating": (desk_reading.MOST_LINES,),
    "A reader's own comments shown on a page": (MINE_SHOWN,),
    "Codes of receipts tried from one address": (
        receipt_codes.TRIES_OF_ADDRESS,
        *spans(receipt_codes.TRIES_WINDOW, "minutes"),
    ),
    "Codes of receipts tried on one site": (receipt_codes.TRIES_OF_SITE, *spans(receipt_codes.TRIES_WINDOW, "minutes")),
    "Comments of one reader, changes included": (QUOTA, *spans(QUOTA_WINDOW, "minutes")),
    "A reader's own likes told of a page": (likes.MINE_SHOWN,),
    "Reports shown with a comment": (reports.SHOWN,),
    "Comments without a code from one address": (NO_CODE_QUOTA, *spans(QUOTA_WINDOW, "minutes")),
    "Comments of newcomers from one address that are not held for it": (NEWCOMERS, *spans(QUOTA_WINDOW, "minutes")),
    "Letters that ask for consent, caused from one address": (ASKED_PER_NETWORK, *spans(ASKED_WINDOW, "hours")),
    "Changes of votes by one reader": (CHANGES_ALLOWED, *spans(CHANGES_WINDOW, "minutes")),
    "Likes and takings back by one reader": (likes.CHANGES_ALLOWED, *spans(likes.CHANGES_WINDOW, "minutes")),
    "Reports by one reader": (reports.QUOTA, *spans(reports.QUOTA_WINDOW, "minutes")),
    "Reports by new readers from one address": (reports.NEW_QUOTA, *spans(reports.QUOTA_WINDOW, "minutes")),
    "Notices by one reader": (opening.QUOTA, *spans(opening.DAY, "days")),
    "Notices by new readers from one address": (opening.NEW_QUOTA, *spans(opening.DAY, "days")),
    "Comments hidden at once for one reader": (opening.HIDDEN_BY_READER, *spans(opening.DAY, "days")),
    "Comments hidden at once for one address": (opening.HIDDEN_BY_ADDRESS, *spans(opening.DAY, "days")),
    "Comments hidden at once on the whole site": (opening.HIDDEN_ON_SITE, *spans(opening.DAY, "days")),
    "Attempts to sign in under one login": (admission.PER_LOGIN, *spans(admission.WINDOW, "minutes")),
    "Attempts to sign in from one address": (admission.PER_ADDRESS, *spans(admission.WINDOW, "minutes")),
    "Votes": (RATES["rating"].calls,),
    "Comments": (RATES["comment"].calls,),
    "Likes": (RATES["like"].calls,),
    "Reports": (RATES["report"].calls,),
    "Notices": (RATES["case"].calls,),
    "Captcha challenges of one reader": (RATES["captcha"].calls,),
    "Captcha challenges of one address that nothing else is known of": (RATES["captcha-address"].calls,),
    "Captcha recordings of one reader": (RATES["captcha-spoken"].calls,),
    "Captcha recordings of one address that nothing else is known of": (RATES["captcha-spoken-address"].calls,),
    "Attempts to sign in": (RATES["sign-in"].calls,),
    "Likes drop a page's fragments at most every": spans(SPACE, "seconds"),
    "From one address one report of a comment counts in": spans(reports.COUNTED_EVERY, "days"),
    "A challenge can be answered": spans(LIFETIME, "minutes"),
    "A reader with too many wrong codes waits": spans(COOL_DOWN, "minutes"),
    "Receipts one browser has opened by their codes": (receipt_cookie.MOST,),
    "Comments looked through for one code of a receipt": (receipt_codes.MOST_IN_SLOT,),
    "A receipt that was opened by its code stays open": spans(receipt_cookie.LIFE, "hours"),
    "A receipt can be opened": spans(RECEIPT_LIFE, "days"),
    "An address that nobody confirms is forgotten": spans(UNCONFIRMED_LIFE, "days"),
    "Two letters about replies to one comment lie apart": spans(REPLIES_APART, "hours"),
    "A letter that cannot be sent is tried": spans(LETTER_LIFE, "days"),
    "A reader's cookie lives": spans(timedelta(seconds=identity.COOKIE_SECONDS), "days"),
    "A desk session lives, used or not": spans(sessions.ABSOLUTE, "days"),
    "A desk session ends unused": spans(sessions.IDLE, "hours"),
    "A desk session on a shared computer ends unused": spans(sessions.IDLE_SHARED, "minutes"),
}


def test_every_limit_has_the_figure_of_the_code() -> None:
    """Each row's numbers are the constants that are enforced, and every row is checked."""
    told = {
        row[0]: tuple(int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*\b", row[1]))
        for row in rows(read("reference/limits.md"))
    }
    assert told == EXPECTED


def test_early_refusals_count_by_the_minute() -> None:
    """The page says so for all of them."""
    assert {rate.seconds for rate in RATES.values()} == {60}
