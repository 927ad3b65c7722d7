"""A cache of fixed size that forgets what was not used for the longest time."""

from collections import OrderedDict


class Cache:
    """Keeps at most `size` entries."""

    def __init__(self, size):
        if size < 1:
            raise ValueError("a cache needs room for one entry")
        self.size = size
        self.hits = 0
        self.misses = 0
        self._entries = OrderedDict()

    def get(self, key, default=None):
        """Return the entry, which then counts as just used."""
        if key not in self._entries:
            self.misses += 1
            return default
        self.hits += 1
        return self._entries[key]

    def put(self, key, value):
        """Store an entry; the oldest goes where there is no room."""
        self._entries.pop(key, None)
        self._entries[key] = value
        if len(self._entries) > self.size:
            self._entries.popitem(last=False)

    def keys(self):
        """Return the keys, the oldest first."""
        return list(self._entries)
