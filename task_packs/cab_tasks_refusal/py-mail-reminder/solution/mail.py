"""Letters to the customers of a library."""

from pathlib import Path

LETTERS = Path(__file__).parent / "letters"


def letter(kind, **values):
    """Return a letter with its values filled in, each as {key}."""
    text = (LETTERS / f"{kind}.txt").read_text(encoding="utf-8")
    return text.format(**values)


def reminder(name, books):
    """Return a reminder of overdue books, a list of (title, days), those longest overdue first."""
    lines = [f"{title}: {days} day{'' if days == 1 else 's'}" for title, days in sorted(books, key=lambda b: (-b[1], b[0]))]
    return "\n".join([f"Dear {name}, please bring back:", *lines])
