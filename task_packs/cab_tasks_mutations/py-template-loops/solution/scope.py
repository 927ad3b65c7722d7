"""Names and their values, inner ones before outer ones."""


class Scope:
    """A stack of dicts."""

    def __init__(self, values):
        self.stack = [values]

    def inside(self, values):
        """Return a scope with further names, which hide outer ones."""
        inner = Scope(values)
        inner.stack = [*self.stack, values]
        return inner

    def find(self, name):
        """Return a value; KeyError where there is none."""
        for values in reversed(self.stack):
            if name in values:
                return values[name]
        raise KeyError(name)
