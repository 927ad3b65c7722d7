"""Cell directories on disk. Files are the truth."""
