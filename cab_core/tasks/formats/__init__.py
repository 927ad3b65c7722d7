"""Readers of task sets that others made: a file each, and what several of them share."""
