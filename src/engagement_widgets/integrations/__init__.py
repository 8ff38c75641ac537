"""Services elsewhere that a host may choose to use; the library calls none by itself."""
