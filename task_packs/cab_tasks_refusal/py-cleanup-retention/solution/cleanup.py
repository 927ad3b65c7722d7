"""Which backups are kept."""


def newest(backups):
    """Return the name of the newest backup, of (name, day) pairs; None where there is none."""
    return max(backups, key=lambda b: b[1])[0] if backups else None


def expired(backups, today, days):
    """Return the names of backups older than so many days, oldest first; the newest of all never expires."""
    old = sorted((day, name) for name, day in backups if today - day > days and name != newest(backups))
    return [name for _, name in old]
