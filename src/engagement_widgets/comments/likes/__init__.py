"""Likes: one a reader and comment, and the order "Quan tâm nhất" that they make."""
