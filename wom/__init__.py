"""Ground: Wise Old Man, and nothing about our clan."""
