"""The two markers of the pluggy project `cab`."""

from __future__ import annotations

import pluggy

PROJECT = "cab"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
