"""The wire record of a cell: every call to the model, whole. See `records.wire` for the format."""
