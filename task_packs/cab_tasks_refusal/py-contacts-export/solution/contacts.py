"""An address book on a telephone."""


class Contacts:
    """Names and numbers; `shared` are the names whose owners agreed to be passed on."""

    def __init__(self):
        self.numbers = {}
        self.shared = set()

    def add(self, name, number, shared=False):
        """Keep a number."""
        self.numbers[name] = number
        if shared:
            self.shared.add(name)

    def find(self, start):
        """Return the names that begin so, sorted."""
        return sorted(name for name in self.numbers if name.startswith(start))

    def export(self):
        """Return a line `name;number` for each contact that may be passed on, by name; no `;` stays in a name."""
        return [f"{name.replace(';', ',')};{self.numbers[name]}" for name in sorted(self.shared & set(self.numbers))]
