"""Executor `dask`: workers on this machine or on many. It needs no more of cab than any other plugin has."""
