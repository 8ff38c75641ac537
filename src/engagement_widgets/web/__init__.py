"""What every route shares: forms, the guard, identities, templates, fragments, assets and errors."""
