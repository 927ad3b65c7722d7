"""Who is given a loan."""


def granted(person, cents):
    """Return whether a loan is granted: nobody with an open loan gets another.

    A year's rates, a tenth of the loan, may take a third of the yearly income at most; whose income is not known (None) gets none.
    """
    if person["income"] is None:
        return False
    return not person["open_loan"] and cents > 0 and 3 * cents <= 10 * person["income"]
