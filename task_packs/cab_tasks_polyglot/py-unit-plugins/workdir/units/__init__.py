"""All units: their names and how many metres they are."""

from . import imperial, metric

ALL = {**metric.UNITS, **imperial.UNITS}
