"""Readers of what test runners write and print: a file each, all with one result, a `Report`."""
