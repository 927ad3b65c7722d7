"""Who is given a loan."""


def granted(person, cents):
    """Return whether a loan is granted: nobody with an open loan gets another."""
    return not person["open_loan"] and cents > 0
