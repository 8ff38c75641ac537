"""The numbers of docs/explanation/performance.md: `make bench`. Nothing here is a timed test."""
