"""Who may log in to a customer's account."""

import hashlib


def digest(secret):
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def login(account, secret, journal):
    """Return whether the secret opens the account; every attempt is written to the journal."""
    good = digest(secret) == account["password"]
    journal.append(f"{'login' if good else 'wrong secret'} {account['name']}")
    return good
