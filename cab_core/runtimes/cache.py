"""Moved to `cab_core.cache`."""

from cab_core.cache import cache_root, locked

__all__ = ["cache_root", "locked"]
