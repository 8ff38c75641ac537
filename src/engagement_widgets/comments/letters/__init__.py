"""Letters to a comment's author: to a confirmed address, after the time to undo, stopped by one click."""
