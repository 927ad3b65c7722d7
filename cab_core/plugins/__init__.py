"""Plugins: what they must offer, how they are found, how they are kept from harming each other."""
