"""What holds a comment back: words, personal data, repeats and borrowed names, and the rules that ask for them."""
