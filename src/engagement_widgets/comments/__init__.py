"""Comments: written by readers, held with a reason, decided by moderators."""
