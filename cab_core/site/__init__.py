"""The pages: static files, readable from disk and from any web server."""
