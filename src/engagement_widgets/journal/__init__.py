"""Who did what, when and why; and what undo needs."""
