"""Linked websites in ordered groups."""
