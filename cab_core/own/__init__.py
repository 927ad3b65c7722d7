"""A user's own repository turned into tasks: mutants that its tests kill, and commits with their tests."""
