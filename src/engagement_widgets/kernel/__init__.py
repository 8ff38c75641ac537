"""Time, ids, signing, text and paging: no web, no SQL."""
