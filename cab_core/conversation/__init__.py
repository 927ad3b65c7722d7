"""The conversation of a cell, read out of its wire record."""
