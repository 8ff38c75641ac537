"""A small Vietnamese news site that shows the four widgets and the desk. Everything in it is invented."""
