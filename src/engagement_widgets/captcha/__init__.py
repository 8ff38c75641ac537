"""A picture that people read and programs do not; spent by any attempt."""
