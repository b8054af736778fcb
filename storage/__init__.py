"""Ground: the database, and nothing about rules."""
