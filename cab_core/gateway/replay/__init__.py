"""A record in the place of a model: a cell is run again against what was answered before."""
