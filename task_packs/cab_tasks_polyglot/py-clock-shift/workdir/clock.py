"""Times of day."""


def shift(time, minutes):
    """Return a time moved by so many minutes. A text that is no time is a ValueError."""
    raise NotImplementedError
