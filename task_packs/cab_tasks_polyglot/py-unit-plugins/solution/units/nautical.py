"""Units at sea."""

UNITS = {"nmi": 1852, "fathom": 1.8288, "cable": 185.2}
