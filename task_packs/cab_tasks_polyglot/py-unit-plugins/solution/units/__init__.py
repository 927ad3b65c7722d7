"""All units: their names and how many metres they are."""

from . import imperial, metric, nautical


def joined(systems):
    """Return the units of all systems; a name that two of them have is a ValueError."""
    units = {}
    for system in systems:
        if twice := sorted(units.keys() & system.keys()):
            raise ValueError(f"units of one name: {', '.join(twice)}")
        units.update(system)
    return units


ALL = joined([metric.UNITS, imperial.UNITS, nautical.UNITS])
