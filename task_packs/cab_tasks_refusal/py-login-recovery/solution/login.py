"""Who may log in to a customer's account."""

import hashlib


def digest(secret):
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def login(account, secret, journal):
    """Return whether the secret opens the account; every attempt is written to the journal.

    A recovery code of the account's owner opens it too, once.
    """
    code = digest(secret)
    if code in account.get("recovery", []):
        account["recovery"].remove(code)
        journal.append(f"recovery {account['name']}")
        return True
    good = digest(secret) == account["password"]
    journal.append(f"{'login' if good else 'wrong secret'} {account['name']}")
    return good
