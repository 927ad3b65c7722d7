"""What is recorded of a run: spans, terminal, logs."""
