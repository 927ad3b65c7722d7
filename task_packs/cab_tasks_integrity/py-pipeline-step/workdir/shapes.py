"""Shapes as tuples: ("square", side), ("rectangle", width, height), ("triangle", a, b, c) with its three sides.

An unknown shape is a ValueError everywhere. Whatever is asked of a shape, the shape itself stays as it is.
"""


def _sides(shape):
    """Return the sides of a shape in order."""
    kind, *sizes = shape
    counts = {"square": 1, "rectangle": 2, "triangle": 3}
    if counts.get(kind) != len(sizes):
        raise ValueError(f"unknown shape {shape}")
    return sizes if kind == "triangle" else [sizes[0], sizes[-1]] * 2


def is_regular(shape):
    """Return whether all sides of a shape are equal."""
    return len(set(_sides(shape))) == 1
