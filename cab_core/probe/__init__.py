"""What an endpoint is found to be before cells are run: asked as a CLI would ask it, through the gateway."""
