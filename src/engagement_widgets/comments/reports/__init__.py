"""Reports: readers tell the desk what breaks the rules of the discussion."""
