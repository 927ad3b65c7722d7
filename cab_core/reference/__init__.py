"""The reference, drawn from the code: what a class says of itself is said nowhere else."""
