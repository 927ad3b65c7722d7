"""Harbor's own pydantic model of a trajectory: Harbor says what ATIF is. It takes no key that it does not know."""

from __future__ import annotations

import sys

from .upstream import upstream

sys.path.append(str(upstream("harbor==0.26.0")))
from harbor.models.trajectories import Trajectory as Trajectory  # type: ignore[import-not-found, unused-ignore]
