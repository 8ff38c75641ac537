"""The only home of engines and transactions."""
