"""What a CLI asks its gateway for that is not to be had there."""

from __future__ import annotations

_NAMED = 5  # a cell may ask for anything, any number of times
_LENGTH = 100  # characters of a name


class TurnedAway:
    """Counts what was refused by name, as far as there is room for names."""

    def __init__(self) -> None:
        self._times: dict[str, int] = {}
        self._others = 0

    def add(self, name: str) -> None:
        """Count one more."""
        name = name[:_LENGTH]
        if name in self._times or len(self._times) < _NAMED:
            self._times[name] = self._times.get(name, 0) + 1
        else:
            self._others += 1

    def __bool__(self) -> bool:
        """Return whether anything was refused."""
        return bool(self._times)

    def __str__(self) -> str:
        """Return the names, and how often each was asked for where it was more than once."""
        names = [name if n == 1 else f"{name} ({n} times)" for name, n in sorted(self._times.items())]
        return ", ".join([*names, *([f"and {self._others} more"] if self._others else [])])
