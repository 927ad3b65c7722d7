"""Times of day."""

import re


def shift(time, minutes):
    """Return a time moved by so many minutes. A text that is no time is a ValueError."""
    match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", time)
    if match is None:
        raise ValueError(f"no time: {time!r}")
    hours, rest = divmod((int(match.group(1)) * 60 + int(match.group(2)) + minutes) % 1440, 60)
    return f"{hours:02d}:{rest:02d}"
