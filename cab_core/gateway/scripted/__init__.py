"""Models without any model: they make the real CLI act, deterministic and free."""
