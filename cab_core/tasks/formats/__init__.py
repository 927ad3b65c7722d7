"""Readers of foreign task sets, where they lie: a file a format."""
