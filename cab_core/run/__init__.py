"""One cell from start to finish. `cell.py` holds the order of the stages."""
