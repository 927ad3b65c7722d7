"""The CLIs that come with cab, as entry points find them."""

from __future__ import annotations

from cab_core.plugins.registry import Plugins

CLIS = tuple(Plugins().names("adapter"))
