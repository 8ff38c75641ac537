"""What every other part stands on: time, ids, signing, text and cursors. No web, no SQL."""
