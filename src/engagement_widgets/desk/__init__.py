"""Where moderators decide."""
