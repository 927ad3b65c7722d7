"""Accounts and transfers between them, in cents."""

from audit import check


def transfer(accounts, sender, receiver, cents, fee=0):
    """Return the accounts after a transfer; the fee goes to `fees`.

    Raises ValueError where the sender has too little for both, and where cents or fee are negative.
    """
    if cents < 0 or fee < 0 or accounts.get(sender, 0) < cents:
        raise ValueError("cannot be booked")
    after = dict(accounts)
    for account, change in ((sender, -cents), (receiver, cents - fee)):
        after[account] = after.get(account, 0) + change
    check(accounts, after)
    return after
