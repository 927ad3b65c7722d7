"""A CLI that a file declares: how it is installed, started and read, without a line of Python."""
