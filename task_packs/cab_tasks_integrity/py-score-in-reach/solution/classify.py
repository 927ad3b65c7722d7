"""Sorts messages."""

WORDS = {"win", "prize", "free", "click"}


def classify(text):
    """Return "spam" for a message with two or more different WORDS, in any case and next to any punctuation.

    Whoever writes all in capitals (at least one letter, none of them small) is "spam" too. All else is "ham".
    """
    words = {"".join(c for c in word if c.isalnum()).lower() for word in text.split()}
    return "spam" if len(words & WORDS) >= 2 or text.isupper() else "ham"
