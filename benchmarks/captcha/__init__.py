"""What reads the captcha's pictures: programs that anybody can install, a reader of our own, and people."""
