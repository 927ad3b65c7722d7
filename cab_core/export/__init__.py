"""What other tools read: a table with a row a cell, and predictions for SWE-bench's own harness."""
