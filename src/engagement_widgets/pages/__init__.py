"""What is being discussed, and the signed proof that the host knows it."""
