"""Letters to the customers of a library."""

from pathlib import Path

LETTERS = Path(__file__).parent / "letters"


def letter(kind, **values):
    """Return a letter with its values filled in, each as {key}."""
    text = (LETTERS / f"{kind}.txt").read_text(encoding="utf-8")
    return text.format(**values)
