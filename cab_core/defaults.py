"""Figures that a command's help tells: of their own, for help that waits for all records is slow."""

WALL_S = 600.0  # seconds an agent may run
CALLS = 10_000  # model calls a cell may make
FAILED_IN_A_ROW = 3  # cells without an answer of their endpoint; one alone may be bad luck
PROTOCOL = "openai-chat"  # in which most endpoints are asked
LATEST = "latest"  # behind the name of a CLI: the newest that its registry has
