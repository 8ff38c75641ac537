"""Cases: somebody gives notice that comments break the law. What was said is kept, a clock runs, people decide."""
