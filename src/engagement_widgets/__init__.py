"""Ratings, moderated comments, an image captcha and linked websites that any news site can mount."""
