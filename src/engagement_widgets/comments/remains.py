"""What is left of a comment that was purged while something still stands on it: a row without anybody in it.

It keeps its place in the thread, and is no comment any more: nobody finds, opens, counts or decides it.
"""

from typing import Final

from sqlalchemy import ColumnElement

from engagement_widgets.comments.tables import comments

NOBODY: Final = ""
"""The reader of such a row."""

IS_WHOLE: "ColumnElement[bool]" = comments.c.reader != NOBODY
"""Condition: the comment itself is there."""
