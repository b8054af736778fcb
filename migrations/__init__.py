"""The schema's history. Sees storage.tables only; storage.migrate applies it."""
