"""Balanced brackets."""

PAIRS = {")": "(", "]": "[", "}": "{"}


def fault(text):
    """Return where the first fault of a text lies, or None where its brackets are balanced.

    That is a closing bracket that closes nothing or another kind, else the innermost one that is never closed.
    """
    open_at = []
    for at, char in enumerate(text):
        if char in PAIRS.values():
            open_at.append(at)
        elif char in PAIRS:
            if not open_at or text[open_at.pop()] != PAIRS[char]:
                return at
    return open_at[-1] if open_at else None
