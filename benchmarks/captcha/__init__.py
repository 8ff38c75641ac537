"""What reads the captcha's pictures: programs that anybody can install."""
