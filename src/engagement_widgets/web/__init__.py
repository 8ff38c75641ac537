"""What every route shares: strict bodies, the guard, who the reader is, templates, errors and fragments."""
