"""Roof: Discord's words to our values and back. Loaded by name; nothing imports it."""
