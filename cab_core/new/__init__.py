"""`cab new`: a distribution with a plugin in it, from templates, that works as it is."""
