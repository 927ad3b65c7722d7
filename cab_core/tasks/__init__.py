"""Task packs: load, validate, select; and readers of foreign formats."""
