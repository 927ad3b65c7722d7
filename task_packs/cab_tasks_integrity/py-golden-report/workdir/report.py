"""A month's bookings as a table."""


def money(cents):
    """Return an amount in cents as text: 1234567 is 12,345.67."""
    whole, rest = divmod(cents, 100)
    return f"{whole:,}.{rest:02d}"


def table(rows):
    """Return the lines of a table of (label, cents), with the total at its end."""
    lines = [*rows, ("Total", sum(cents for _, cents in rows))]
    left = max(len(label) for label, _ in lines)
    right = max(len(money(cents)) for _, cents in lines)
    return [f"{label:<{left}}  {money(cents):<{right}}" for label, cents in lines]
