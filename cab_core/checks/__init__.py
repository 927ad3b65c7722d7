"""What can be told of a plugin without a run: each check asks its objects what a run would, in sentences."""
