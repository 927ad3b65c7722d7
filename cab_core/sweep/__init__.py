"""Many cells: planned, run by an executor, resumed."""
