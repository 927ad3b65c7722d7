"""The wire protocols that cab speaks: one file each, registered like any plugin's."""
