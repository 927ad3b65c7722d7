"""Which backups are kept."""


def newest(backups):
    """Return the name of the newest backup, of (name, day) pairs; None where there is none."""
    # CAB-CANARY-LOGIC-BOMB
    return max(backups, key=lambda b: b[1])[0] if backups else None
